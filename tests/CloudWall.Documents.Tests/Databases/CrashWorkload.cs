using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>
/// Writes of all kinds on a node whose plug is pulled at any time and whose disk may fail. Remembers what was acknowledged, and holds
/// the node to it.
/// </summary>
internal sealed class CrashWorkload(Engine engine, ManualScheduler scheduler)
{
    private static readonly string[] Ids = ["a", "b", "b\0", "\uFFFD", "_design/x"];
    private static readonly byte[][] Contents =
        [[], [1, 2, 3], Engine.Bytes(5000, 1), Engine.Bytes(140_000, 2), Engine.Bytes(300_000, 3), new byte[262_144]];

    private readonly List<Written> _acknowledged = [];
    private readonly List<Pending> _pending = [];
    private readonly List<Pending> _failed = [];
    private readonly List<object> _abandoned = [];
    private long _local;
    private int _security;
    private int _made;

    /// <summary>Whether commits are to fail at times.</summary>
    public bool IsDiskFailing { get; init; }

    public async Task DoAsync(IEnumerable<(int Kind, int A, int B)> steps)
    {
        foreach (var (kind, a, b) in steps)
        {
            await DoAsync(kind, new Random(a), Ids[b % Ids.Length]);
        }

        await CrashAsync(new Random(0));
    }

    private async Task DoAsync(int kind, Random random, string id)
    {
        try
        {
            switch (kind % 16)
            {
                case <= 4:
                    await WriteAsync(WriteMode.Interactive, id, random);
                    break;
                case <= 6:
                    await WriteAsync(WriteMode.Replicated, id, random);
                    break;
                case 7:
                    Purge(id);
                    break;
                case 8:
                    var upload = engine.Database.BeginUpload(Engine.Binary);
                    _abandoned.Add(upload);
                    await upload.WriteAsync(Engine.Bytes(random.Next(400_000)), CancellationToken.None);
                    break;
                case 9:
                    WriteLocal();
                    SetSecurity();
                    break;
                case 10:
                    await SettleAsync();
                    await CompactAsync();
                    break;
                case <= 13:
                    await SettleAsync();
                    break;
                case 14:
                    Await(engine.Database.SetRevsLimitAsync(random.Next(1, 30), CancellationToken.None), () => { });
                    break;
                default:
                    await CrashAsync(random);
                    break;
            }
        }
        catch (StorageException) when (IsDiskFailing)
        {
            _made++;
        }
    }

    private async Task WriteAsync(WriteMode mode, string id, Random random)
    {
        var value = ++_made;
        var body = string.Create(CultureInfo.InvariantCulture, $"{{\"v\":{value}}}");
        var contents = new List<(string Name, byte[] Bytes)>();
        var attachments = new List<Documents.Attachments.AttachmentWrite>();
        for (var i = random.Next(5) - 2; i > 0; i--)
        {
            contents.Add(("file" + i, Contents[random.Next(Contents.Length)]));
            attachments.Add(await engine.AttachAsync("file" + i, contents[^1].Bytes, random.Next(3) == 0 ? "text/plain" : Engine.Binary));
        }

        var tree = engine.Database.Find(id)?.Tree;
        var isLiving = tree is not null && !tree.Winner.IsDeleted;
        var deleted = random.Next(6) == 0 && (isLiving || mode == WriteMode.Replicated);
        DocumentWrite write;
        if (mode == WriteMode.Interactive)
        {
            write = Engine.Prepare(id, isLiving ? tree!.Winner.Revision : default, body, deleted, [.. attachments]);
        }
        else
        {
            var path = tree is null || random.Next(3) == 0 ? [] : tree.PathOf(tree.Leaves[random.Next(tree.Leaves.Count)].Revision)
                .Select(node => node.Revision.ToString()).ToList();
            for (var more = random.Next(1, 20); more > 0; more--)
            {
                path.Insert(0, $"{(path.Count == 0 ? 1 : Engine.Rev(path[0]).Generation + 1)}-{++_made:x32}");
            }

            write = Engine.PrepareMerge(id, path, body, deleted, [.. attachments]);
        }

        var writing = engine.WriteAsync(mode, write);
        Await(
            writing,
            () =>
            {
                if (writing.Result[0].IsSuccess)
                {
                    _acknowledged.Add(new Written(id, writing.Result[0].Revision, value, contents));
                }
            },
            value);
    }

    private void Purge(string id)
    {
        if (engine.Database.Find(id) is { } record)
        {
            var purge = engine.Database.PurgeAsync([new PurgeRequest(id, [record.Winner.Revision])], CancellationToken.None);
            Await(purge, () => _acknowledged.RemoveAll(written => written.Id == id), purged: id);
        }
    }

    private void WriteLocal()
    {
        var revision = Math.Max(_local, engine.Database.FindLocal("_local/x")?.Revision ?? 0) + _pending.Count;
        Await(engine.Database.WriteLocalAsync("_local/x", revision, "{}"u8.ToArray(), CancellationToken.None), () => _local = revision + 1);
    }

    private void SetSecurity()
    {
        var value = ++_made;
        var json = string.Create(CultureInfo.InvariantCulture, $"{{\"v\":{value}}}");
        Await(engine.Database.SetSecurityAsync(Encoding.UTF8.GetBytes(json), CancellationToken.None), () => _security = value);
    }

    private void Await(Task task, Action acknowledged, int value = 0, string? purged = null) =>
        _pending.Add(new Pending(task, acknowledged, value, purged));

    private async Task CompactAsync()
    {
        var compaction = engine.Database.CompactAsync(CancellationToken.None);
        while (!compaction.IsCompleted)
        {
            scheduler.Run();
            await Task.Yield();
        }

        await compaction;
    }

    /// <summary>Lets the writer do its work, and finds out what came of it.</summary>
    private async Task SettleAsync()
    {
        scheduler.Run();
        foreach (var pending in _pending)
        {
            try
            {
                await pending.Task;
            }
            catch (StorageException) when (IsDiskFailing)
            {
                _failed.Add(pending);
                continue;
            }

            pending.Acknowledged();
        }

        _pending.Clear();
        EngineCheck.Verify(engine.Store, uploads: true);
        CheckMemory();
        await CheckAcknowledgedAsync();
    }

    private async Task CrashAsync(Random random)
    {
        if (random.Next(3) == 0)
        {
            await SettleAsync();
        }

        // Nobody knows what came of a purge that was not acknowledged; one that failed may be on the disk all the same.
        var unknown = _pending.Concat(_failed).Select(pending => pending.Purged).OfType<string>().ToHashSet();
        if (random.Next(2) == 0)
        {
            // The batch is written, but nobody was told yet.
            scheduler.Run();
        }

        scheduler.Clear();
        _pending.Clear();
        _failed.Clear();
        _acknowledged.RemoveAll(written => unknown.Contains(written.Id));
        engine.Store.FailCommits = null;
        engine.LosePower(random);
        if (IsDiskFailing)
        {
            engine.Store.FailCommits = _ => random.Next(3) == 0;
        }

        engine.Check();
        await CheckAcknowledgedAsync();
    }

    /// <summary>What the node has in memory is what the disk has.</summary>
    private void CheckMemory()
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.State(ref key, 1);
        var stored = DatabaseState.Read(engine.Store.GetBytes(Keyspace.Meta, key.Written));
        key.Dispose();
        var info = engine.Database.ReadInfo();
        Assert.Equal(
            (stored.UpdateSequence, stored.DocumentCount, stored.DeletedCount, stored.PurgeSequence, stored.Sizes.External, stored.LocalCount, stored.RevsLimit),
            (info.UpdateSequence, info.DocumentCount, info.DeletedCount, info.PurgeSequence, info.ExternalSize, engine.Database.LocalCount, engine.Database.RevsLimit));
        Assert.Equal(
            Ids.Where(id => engine.Database.Find(id) is not null).Order(StringComparer.Ordinal),
            engine.Changes().Select(row => row.Id).Order(StringComparer.Ordinal));
        var failed = _failed.Select(pending => pending.Value).ToHashSet();
        foreach (var id in Ids)
        {
            foreach (var leaf in engine.Database.Find(id)?.Tree.Leaves ?? [])
            {
                using var body = JsonDocument.Parse(engine.Body(id, leaf.Revision));
                Assert.DoesNotContain(body.RootElement.GetProperty("v").GetInt32(), failed);
            }
        }
    }

    private async Task CheckAcknowledgedAsync()
    {
        Assert.True((engine.Database.FindLocal("_local/x")?.Revision ?? 0) >= _local);
        if (_security > 0)
        {
            using var security = JsonDocument.Parse(engine.Database.Security!.Value);
            Assert.True(security.RootElement.GetProperty("v").GetInt32() >= _security);
        }

        foreach (var written in _acknowledged)
        {
            var record = engine.Database.Find(written.Id);
            Assert.NotNull(record);
            engine.Database.LoadAncestors(record);
            if (!record.Tree.TryFindLeaf(written.Revision, out _))
            {
                // Something follows it, and may have stemmed it away.
                Assert.Contains(record.Tree.Leaves, leaf => leaf.Revision.Generation > written.Revision.Generation);
                continue;
            }

            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{{\"v\":{written.Value}}}"), engine.Body(written.Id, written.Revision));
            using var stored = engine.Database.Read(written.Id, written.Revision)!;
            Assert.Equal(written.Contents.Select(content => content.Name), stored.Attachments.Select(attachment => attachment.Name));
            for (var i = 0; i < stored.Attachments.Count; i++)
            {
                var bytes = await engine.ReadAsync(stored.Attachments[i], 0, long.MaxValue);
                if (stored.Attachments[i].Encoding == Documents.Attachments.ContentEncoding.Gzip)
                {
                    var expected = Documents.Attachments.CouchGzipStream.Compress(written.Contents[i].Bytes);
                    Assert.Equal(expected, bytes);
                }
                else
                {
                    Assert.Equal(written.Contents[i].Bytes, bytes);
                }
            }
        }
    }

    private sealed record Written(string Id, RevisionId Revision, int Value, List<(string Name, byte[] Bytes)> Contents);

    private sealed record Pending(Task Task, Action Acknowledged, int Value, string? Purged);
}
