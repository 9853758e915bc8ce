using System.Globalization;
using System.Text;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Storage.Memory;

namespace CloudWall.Documents.Tests;

/// <summary>A catalogue over a store in memory with one database, and short ways to write to it.</summary>
internal sealed class Engine : IAsyncDisposable
{
    public const string Binary = "application/octet-stream";

    private readonly EngineOptions _options;

    private Engine(EngineOptions options)
    {
        _options = options;
        Catalogue = DatabaseCatalogue.Open(Store, options, TimeProvider.System);
    }

    public MemoryStore Store { get; private set; } = new();

    public DatabaseCatalogue Catalogue { get; private set; }

    public Database Database => Catalogue.Find("db")!;

    public static async Task<Engine> CreateAsync(EngineOptions? options = null)
    {
        var engine = new Engine(options ?? new EngineOptions());
        await engine.Catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None);
        return engine;
    }

    public static RevisionId Rev(string revision) => RevisionId.Parse(revision);

    public static DocumentWrite Prepare(
        string id, RevisionId parent, string body = "{}", bool deleted = false, params AttachmentWrite[] attachments) =>
        new(id, Parse(deleted, body, []), attachments) { Parent = parent };

    /// <summary>A replicated write; the path is newest first.</summary>
    public static DocumentWrite PrepareMerge(
        string id, IReadOnlyList<string> path, string body = "{}", bool deleted = false, params AttachmentWrite[] attachments)
    {
        var start = path[0][..path[0].IndexOf('-', StringComparison.Ordinal)];
        var hashes = path.Select(revision => "\"" + revision[(revision.IndexOf('-', StringComparison.Ordinal) + 1)..] + "\"");
        return new DocumentWrite(
            id, Parse(deleted, body, [$"\"_revisions\":{{\"start\":{start},\"ids\":[{string.Join(',', hashes)}]}}"]), attachments);
    }

    public static AttachmentWrite Stub(string name, long? revisionPosition = null) => new(name, Binary, null, revisionPosition);

    public static byte[] Bytes(int length, int seed = 0)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public async Task<StoredContent> UploadAsync(byte[] content, string type = Binary)
    {
        await using var upload = Database.BeginUpload(type);
        await upload.WriteAsync(content, CancellationToken.None);
        return await upload.CompleteAsync(CancellationToken.None);
    }

    public async Task<AttachmentWrite> AttachAsync(string name, byte[] content, string type = Binary, long? revisionPosition = null) =>
        new(name, type, await UploadAsync(content, type), revisionPosition);

    public async Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteMode mode, params DocumentWrite[] writes)
    {
        try
        {
            return await Database.WriteAsync(writes, mode, CancellationToken.None);
        }
        finally
        {
            foreach (var write in writes)
            {
                write.Dispose();
            }
        }
    }

    /// <summary>Edits a document; the edit must succeed.</summary>
    public async Task<RevisionId> PutAsync(
        string id, RevisionId parent = default, string body = "{}", bool deleted = false, params AttachmentWrite[] attachments)
    {
        var outcomes = await WriteAsync(WriteMode.Interactive, Prepare(id, parent, body, deleted, attachments));
        Assert.Null(outcomes[0].Error);
        return outcomes[0].Revision;
    }

    /// <summary>Edits a document; the edit must fail.</summary>
    public async Task<DocumentError> RefusedAsync(string id, RevisionId parent, bool deleted = false, params AttachmentWrite[] attachments)
    {
        var outcomes = await WriteAsync(WriteMode.Interactive, Prepare(id, parent, "{}", deleted, attachments));
        return Assert.IsType<DocumentError>(outcomes[0].Error);
    }

    public async Task MergeAsync(
        string id, IReadOnlyList<string> path, string body = "{}", bool deleted = false, params AttachmentWrite[] attachments)
    {
        var outcomes = await WriteAsync(WriteMode.Replicated, PrepareMerge(id, path, body, deleted, attachments));
        Assert.Null(outcomes[0].Error);
    }

    public async Task<byte[]> ReadAsync(string id, RevisionId revision, string name)
    {
        using var stored = Database.Read(id, revision);
        Assert.NotNull(stored);
        var attachment = stored.Attachments.Single(candidate => candidate.Name == name);
        return await ReadAsync(attachment, 0, attachment.StoredLength);
    }

    public async Task<byte[]> ReadAsync(AttachmentInfo attachment, long offset, long length)
    {
        var bytes = new List<byte>();
        await foreach (var piece in Database.ReadContentAsync(attachment, offset, length, CancellationToken.None))
        {
            bytes.AddRange(piece.Span);
        }

        return [.. bytes];
    }

    public string Body(string id, RevisionId revision)
    {
        using var stored = Database.Read(id, revision);
        Assert.NotNull(stored);
        return Encoding.UTF8.GetString(stored.Body.Span);
    }

    public IReadOnlyList<string> Leaves(string id) =>
        [.. Database.Find(id)?.Tree.Leaves.Select(leaf => leaf.Revision.ToString() + (leaf.IsDeleted ? " deleted" : string.Empty)) ?? []];

    public IReadOnlyList<string> PathOf(string id, RevisionId revision)
    {
        var record = Database.Find(id)!;
        Database.LoadAncestors(record);
        return [.. record.Tree.PathOf(revision).Select(node => node.Revision.ToString())];
    }

    public IReadOnlyList<(long Sequence, string Id)> Changes(long since = 0, bool descending = false)
    {
        var rows = new List<(long, string)>();
        using var cursor = Database.ReadChanges(since, descending);
        while (cursor.MoveNext())
        {
            rows.Add((cursor.Sequence, Encoding.UTF8.GetString(cursor.Id)));
        }

        return rows;
    }

    public IReadOnlyList<string> Ids(KeyRange range)
    {
        var ids = new List<string>();
        using var cursor = Database.Scan(range);
        while (cursor.MoveNext())
        {
            ids.Add(Encoding.UTF8.GetString(cursor.Id));
        }

        return ids;
    }

    public void Check(bool uploads = false) => EngineCheck.Verify(Store, uploads);

    /// <summary>Ends the node and starts it anew.</summary>
    public async Task RestartAsync()
    {
        await Catalogue.DisposeAsync();
        Catalogue = DatabaseCatalogue.Open(Store, _options, TimeProvider.System);
    }

    /// <summary>Pulls the plug: what was not synced is lost, but for as much as chance has it.</summary>
    public void LosePower(Random? survivors = null)
    {
        Store = Store.LoseUnsynced(survivors);
        Catalogue = DatabaseCatalogue.Open(Store, _options, TimeProvider.System);
    }

    public ValueTask DisposeAsync() => Catalogue.DisposeAsync();

    private static ParsedDocument Parse(bool deleted, string body, IEnumerable<string> members)
    {
        members = deleted ? members.Append("\"_deleted\":true") : members;
        members = body == "{}" ? members : members.Append(body[1..^1]);
        var json = string.Create(CultureInfo.InvariantCulture, $"{{{string.Join(',', members)}}}");
        return DocumentParser.Parse(Encoding.UTF8.GetBytes(json), DocumentLimits.Default);
    }
}
