using BenchmarkDotNet.Attributes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Benchmarks;

/// <summary>The engine over the store: writes, the cursors over changes and documents, counts; 100,000 documents of 300 bytes.</summary>
public class DatabaseBenchmarks
{
    private const int Documents = 100_000;
    private const int Batch = 1000;
    private readonly DocumentLimits _limits = new();
    private string _directory = string.Empty;
    private RocksDbStore _store = null!;
    private DatabaseCatalogue _catalogue = null!;
    private Database _database = null!;
    private Database _growing = null!;
    private Database _edits = null!;
    private readonly RevisionId[] _revisions = new RevisionId[Documents];
    private long _edited;
    private RevisionId _revision;
    private int _next;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _directory = Directory.CreateTempSubdirectory("cloudwall-benchmarks-").FullName;
        _store = RocksDbStore.Open(_directory, new RocksDbOptions());
        _catalogue = DatabaseCatalogue.Open(_store, new EngineOptions(), TimeProvider.System);
        _database = await _catalogue.CreateAsync("read", new DatabaseOptions(), CancellationToken.None);
        _edits = await _catalogue.CreateAsync("edits", new DatabaseOptions(), CancellationToken.None);
        _growing = await _catalogue.CreateAsync("growing", new DatabaseOptions(), CancellationToken.None);
        for (var from = 0; from < Documents; from += Batch)
        {
            await WriteAsync(_database, from);
            await WriteAsync(_edits, from);
        }

        for (var i = 0; i < Documents; i++)
        {
            _revisions[i] = _edits.Find(Sample.Id(i))!.Winner.Revision;
        }

        _revision = _database.Find(Sample.Id(1))!.Winner.Revision;
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _catalogue.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>With the parsing and the sync of a batch of a thousand.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public async Task Insert()
    {
        await WriteAsync(_growing, _next);
        _next += Batch;
    }

    /// <summary>A batch of a thousand documents that lie anywhere among those that are stored.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public async Task Edit()
    {
        var writes = Enumerable.Range(0, Batch).Select(i => (int)(((_edited + i) * 7919L) % Documents)).Select(i => new DocumentWrite(
            Sample.Id(i), DocumentParser.Parse(Sample.Document(i), _limits), [])
        { Parent = _revisions[i] }).ToList();
        var outcomes = await _edits.WriteAsync(writes, WriteMode.Interactive, CancellationToken.None);
        for (var i = 0; i < Batch; i++)
        {
            _revisions[(int)(((_edited + i) * 7919L) % Documents)] = outcomes[i].IsSuccess
                ? outcomes[i].Revision
                : throw new InvalidDataException("An edit was refused.");
        }

        _edited += Batch;
    }

    [Benchmark]
    public DocumentRecord? Find() => _database.Find(Sample.Id(1));

    [Benchmark]
    public int Read()
    {
        using var revision = _database.Read(Sample.Id(1), _revision);
        return revision!.Body.Length;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public long Changes()
    {
        using var cursor = _database.ReadChanges(Documents / 2);
        var sum = 0L;
        for (var i = 0; i < Batch && cursor.MoveNext(); i++)
        {
            sum += cursor.Sequence + cursor.Id.Length + cursor.Leaves.Length;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public long AllDocuments()
    {
        using var cursor = _database.Scan(new KeyRange());
        var sum = 0L;
        for (var i = 0; i < Batch && cursor.MoveNext(); i++)
        {
            sum += cursor.Sequence + cursor.Id.Length;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public long AllDocumentsWithBodies()
    {
        using var cursor = _database.Scan(new KeyRange());
        var sum = 0L;
        for (var i = 0; i < Batch && cursor.MoveNext(); i++)
        {
            using var revision = cursor.ReadWinner();
            sum += revision!.Body.Length;
        }

        return sum;
    }

    [Benchmark]
    public long Pending() => _database.CountChangesAfter(Documents / 3);

    private async Task WriteAsync(Database database, int from)
    {
        var writes = Enumerable.Range(from, Batch)
            .Select(i => new DocumentWrite(Sample.Id(i), DocumentParser.Parse(Sample.Document(i), _limits), []))
            .ToList();
        var outcomes = await database.WriteAsync(writes, WriteMode.Interactive, CancellationToken.None);
        if (!outcomes.All(outcome => outcome.IsSuccess))
        {
            throw new InvalidDataException("A write was refused.");
        }
    }
}
