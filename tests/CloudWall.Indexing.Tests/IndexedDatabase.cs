using System.Globalization;
using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Views;
using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Indexing.Tests;

/// <summary>A database with an index, whose rows are what documents list (<see cref="ListedRows"/>).</summary>
internal sealed class IndexedDatabase : IAsyncDisposable
{
    private readonly MemoryStore _main = new();
    private readonly EngineOptions _engine = new();

    private IndexedDatabase(KeyValueStore derived, IndexDefinition definition, IndexingOptions options)
    {
        Derived = derived;
        Definition = definition;
        Options = options;
        Catalogue = DatabaseCatalogue.Open(_main, _engine, TimeProvider.System);
    }

    public KeyValueStore Derived { get; private set; }

    public IndexDefinition Definition { get; }

    public IndexingOptions Options { get; }

    public DatabaseCatalogue Catalogue { get; }

    public Database Database => Catalogue.Find("db")!;

    /// <summary>Decides when readers pause; null for never.</summary>
    public Random? Pauses { get; set; }

    public ListedRows Functions { get; } = new();

    public IndexCatalogue Indexes { get; private set; } = null!;

    public ViewIndex Index => Indexes.Open(Database, Definition, () => Functions);

    public static async Task<IndexedDatabase> CreateAsync(
        IndexDefinition definition, KeyValueStore? derived = null, IndexingOptions? options = null)
    {
        var made = new IndexedDatabase(derived ?? new MemoryStore(), definition, options ?? new IndexingOptions { NewSeed = static () => 7 });
        await made.Catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None);
        made.OpenIndexes();
        return made;
    }

    /// <summary>Writes a document over what there is, which it must be possible to do.</summary>
    public async Task<RevisionId> PutAsync(string id, string body, bool deleted = false)
    {
        var outcomes = await WriteAsync(WriteMode.Interactive, Prepare(id, Parent(id), body, deleted));
        Assert.Null(outcomes[0].Error);
        return outcomes[0].Revision;
    }

    public async Task PutAllAsync(IEnumerable<(string Id, string Body)> documents)
    {
        foreach (var some in documents.Chunk(1000))
        {
            var outcomes = await WriteAsync(
                WriteMode.Interactive,
                [.. some.Select(document => Prepare(document.Id, Parent(document.Id), document.Body, deleted: false))]);
            Assert.All(outcomes, static outcome => Assert.Null(outcome.Error));
        }
    }

    public async Task PurgeAsync(string id) => await Database.PurgeAsync(
        [new PurgeRequest(id, [.. Database.Find(id)!.Tree.Leaves.Select(static leaf => leaf.Revision)])], CancellationToken.None);

    public Task UpdateAsync() => Index.UpdateAsync(CancellationToken.None);

    /// <summary>Rows as lines: id, key, value.</summary>
    public List<string> Rows(int view = 0, ViewQuery? query = null)
    {
        using var snapshot = Index.Read(view);
        using var rows = snapshot.ReadRows(query ?? new ViewQuery());
        var lines = new List<string>();
        while (rows.MoveNext())
        {
            lines.Add($"{Text(rows.Id)} {Text(rows.Key)} {Text(rows.Value)}");
            MayPause(snapshot);
        }

        return lines;
    }

    /// <summary>Groups as lines: key, value.</summary>
    public List<string> Reduced(int view, int reduction, ViewQuery? query = null)
    {
        using var snapshot = Index.Read(view);
        using var rows = snapshot.ReadReduced(reduction, query ?? new ViewQuery(), CancellationToken.None);
        var lines = new List<string>();
        while (rows.MoveNext())
        {
            lines.Add($"{Text(rows.Key)} {(rows.Overflow is { } reason ? $"overflow: {reason}" : Text(rows.Value))}");
            MayPause(snapshot);
        }

        return lines;
    }

    /// <summary>Ends the indexes and opens them anew, over the same store or another.</summary>
    public async Task ReopenAsync(KeyValueStore? derived = null)
    {
        await Indexes.DisposeAsync();
        Derived = derived ?? Derived;
        OpenIndexes();
    }

    public async ValueTask DisposeAsync()
    {
        await Indexes.DisposeAsync();
        await Catalogue.DisposeAsync();
        Functions.Dispose();
    }

    private void MayPause(ViewSnapshot snapshot)
    {
        if (Pauses?.Next(4) == 0)
        {
            snapshot.Pause();
        }
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private static DocumentWrite Prepare(string id, RevisionId parent, string body, bool deleted) => new(
        id,
        DocumentParser.Parse(
            Encoding.UTF8.GetBytes(deleted ? string.Create(CultureInfo.InvariantCulture, $"{{\"_deleted\":true{(body == "{}" ? "" : ",")}{body[1..]}") : body),
            DocumentLimits.Default),
        [])
    { Parent = parent };

    private RevisionId Parent(string id) => Database.Find(id) is { Deleted: false } record ? record.Winner.Revision : default;

    private async Task<IReadOnlyList<WriteOutcome>> WriteAsync(WriteMode mode, params DocumentWrite[] writes)
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

    private void OpenIndexes() => Indexes = IndexCatalogue.Open(
        Derived,
        Catalogue.Names.Select(name => Catalogue.Find(name)!.Incarnation).ToHashSet(StringComparer.Ordinal),
        Options);
}
