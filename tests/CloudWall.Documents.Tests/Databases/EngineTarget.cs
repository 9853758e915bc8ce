using System.Text;
using System.Text.Json;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Model;
using CloudWall.Storage;
using CloudWall.Storage.Memory;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>
/// A database held against the model: over the memory engine, where a restart loses all that was not synced, or over the engine on disk.
/// </summary>
internal sealed class EngineTarget : IModelTarget
{
    private static readonly EngineOptions Options = new();

    private readonly Func<KeyValueStore, KeyValueStore> _reopen;
    private KeyValueStore _store;
    private DatabaseCatalogue _catalogue;

    private EngineTarget(KeyValueStore store, Func<KeyValueStore, KeyValueStore> reopen)
    {
        _store = store;
        _reopen = reopen;
        _catalogue = DatabaseCatalogue.Open(_store, Options, TimeProvider.System);
    }

    public bool CutsHistories => false;

    public Database Database => _catalogue.Find("db")!;

    /// <summary>Checks everything that is stored.</summary>
    public void Check() => EngineCheck.Verify(_store);

    public static Task<EngineTarget> CreateAsync() => CreateAsync(new MemoryStore(), before =>
    {
        var after = ((MemoryStore)before).LoseUnsynced();
        before.Dispose();
        return after;
    });

    public static Task<EngineTarget> CreateOnDiskAsync(string directory) => CreateAsync(Open(directory), before =>
    {
        before.Dispose();
        return Open(directory);
    });

    private static RocksDbStore Open(string directory) =>
        RocksDbStore.Open(directory, new RocksDbOptions { CacheBytes = 8 << 20, WriteBufferBytes = 1 << 20, LogBytes = 1 << 20 });

    private static async Task<EngineTarget> CreateAsync(KeyValueStore store, Func<KeyValueStore, KeyValueStore> reopen)
    {
        var target = new EngineTarget(store, reopen);
        await target._catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None);
        return target;
    }

    public async Task<Rev?> EditAsync(string id, Rev? parent, bool deleted, ModelBody body, IReadOnlyCollection<string> stubs)
    {
        using var write = await PrepareAsync(id, parent is { } known ? [known] : [], deleted, body, stubs);
        var outcomes = await Database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
        return outcomes[0].Error is null ? Rev.Parse(outcomes[0].Revision.ToString()) : null;
    }

    public async Task MergeAsync(string id, IReadOnlyList<Rev> path, bool deleted, ModelBody body)
    {
        using var write = await PrepareAsync(id, path, deleted, body, []);
        var outcomes = await Database.WriteAsync([write], WriteMode.Replicated, CancellationToken.None);
        Assert.Null(outcomes[0].Error);
    }

    public async Task<IReadOnlyList<Rev>> PurgeAsync(string id, IReadOnlyList<Rev> revisions)
    {
        var requests = new[] { new PurgeRequest(id, [.. revisions.Select(ToRevision)]) };
        var answers = await Database.PurgeAsync(requests, CancellationToken.None);
        return [.. answers[0].Select(ToRev)];
    }

    public Task CompactAsync() => Database.CompactAsync(CancellationToken.None);

    public Task SetRevsLimitAsync(int limit) => Database.SetRevsLimitAsync(limit, CancellationToken.None);

    public async Task RestartAsync()
    {
        await Database.EnsureFullCommitAsync(CancellationToken.None);
        await _catalogue.DisposeAsync();
        _store = _reopen(_store);
        _catalogue = DatabaseCatalogue.Open(_store, Options, TimeProvider.System);
    }

    public Task<IReadOnlyList<ObservedLeaf>> ReadLeavesAsync(string id)
    {
        var record = Database.Find(id);
        if (record is null)
        {
            return Task.FromResult<IReadOnlyList<ObservedLeaf>>([]);
        }

        Database.LoadAncestors(record);
        return Task.FromResult<IReadOnlyList<ObservedLeaf>>([.. record.Tree.Leaves.Select(leaf => new ObservedLeaf(
            ToRev(leaf.Revision),
            leaf.IsDeleted,
            [.. record.Tree.PathOf(leaf.Revision).Select(node => ToRev(node.Revision))]))]);
    }

    public async Task<ModelBody?> ReadAsync(string id, Rev revision)
    {
        using var stored = Database.Read(id, ToRevision(revision));
        if (stored is null)
        {
            return null;
        }

        using var json = JsonDocument.Parse(stored.Body);
        var attachments = new Dictionary<string, string>();
        foreach (var attachment in stored.Attachments)
        {
            var content = new MemoryStream();
            await foreach (var chunk in Database.ReadContentAsync(attachment, 0, attachment.StoredLength, CancellationToken.None))
            {
                content.Write(chunk.Span);
            }

            attachments[attachment.Name] = Encoding.UTF8.GetString(content.ToArray());
        }

        return new ModelBody(json.RootElement.GetProperty("value").GetInt32(), attachments);
    }

    public Task<IReadOnlyList<ObservedChange>> ReadChangesAsync()
    {
        var changes = new List<ObservedChange>();
        using var cursor = Database.ReadChanges(0);
        while (cursor.MoveNext())
        {
            var leaves = new List<Rev>();
            foreach (var leaf in cursor.Leaves)
            {
                leaves.Add(ToRev(leaf.Revision));
            }

            changes.Add(new ObservedChange(cursor.Sequence, Encoding.UTF8.GetString(cursor.Id), cursor.Deleted, leaves));
        }

        for (var i = 0; i < changes.Count; i++)
        {
            Assert.Equal(changes.Count - i - 1, Database.CountChangesAfter(changes[i].Sequence));
        }

        return Task.FromResult<IReadOnlyList<ObservedChange>>(changes);
    }

    public Task<IReadOnlyList<(string Id, Rev Winner)>> ReadAllAsync()
    {
        var rows = new List<(string Id, Rev Winner)>();
        using var cursor = Database.Scan(default(KeyRange) with { InclusiveEnd = true });
        while (cursor.MoveNext())
        {
            var id = Encoding.UTF8.GetString(cursor.Id);
            Assert.Equal(rows.Count, Database.CountBefore(new KeyRange(id)));
            using var winner = cursor.ReadWinner();
            Assert.NotNull(winner);
            rows.Add((id, ToRev(cursor.Winner)));
        }

        return Task.FromResult<IReadOnlyList<(string Id, Rev Winner)>>(rows);
    }

    public Task<(long Documents, long Deleted)> CountAsync()
    {
        var info = Database.ReadInfo();
        return Task.FromResult((info.DocumentCount, info.DeletedCount));
    }

    public Task<int?> CountContentsAsync()
    {
        using var chunks = _store.Scan(Keyspace.Attachments, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        var blobs = new HashSet<string>();
        while (chunks.MoveNext())
        {
            blobs.Add(Convert.ToHexString(chunks.Key[..12]));
        }

        return Task.FromResult<int?>(blobs.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _catalogue.DisposeAsync();
        _store.Dispose();
    }

    private static RevisionId ToRevision(Rev revision) => RevisionId.Parse(revision.ToString());

    private static Rev ToRev(RevisionId revision) => Rev.Parse(revision.ToString());

    private async Task<DocumentWrite> PrepareAsync(
        string id, IReadOnlyList<Rev> path, bool deleted, ModelBody body, IReadOnlyCollection<string> stubs)
    {
        var json = new StringBuilder("{");
        if (path.Count == 1)
        {
            json.Append(System.Globalization.CultureInfo.InvariantCulture, $"\"_rev\":\"{path[0]}\",");
        }
        else if (path.Count > 1)
        {
            var ids = string.Join(",", path.Select(revision => "\"" + revision.Hash + "\""));
            json.Append(System.Globalization.CultureInfo.InvariantCulture, $"\"_revisions\":{{\"start\":{path[0].Generation},\"ids\":[{ids}]}},");
        }

        json.Append(deleted ? "\"_deleted\":true," : string.Empty).Append(body.Json.AsSpan(1));
        var parsed = DocumentParser.Parse(Encoding.UTF8.GetBytes(json.ToString()), DocumentLimits.Default);
        var attachments = new List<AttachmentWrite>();
        foreach (var (name, content) in body.Attachments)
        {
            const string Type = "application/octet-stream";
            if (stubs.Contains(name))
            {
                attachments.Add(new AttachmentWrite(name, Type, null));
                continue;
            }

            await using var upload = Database.BeginUpload(Type);
            await upload.WriteAsync(Encoding.UTF8.GetBytes(content), CancellationToken.None);
            attachments.Add(new AttachmentWrite(name, Type, await upload.CompleteAsync(CancellationToken.None), path.Count == 0 ? 1 : path[0].Generation));
        }

        return new DocumentWrite(id, parsed, attachments);
    }
}
