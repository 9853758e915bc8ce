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
    private RevisionId _revision;
    private int _next;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _directory = Directory.CreateTempSubdirectory("cloudwall-benchmarks-").FullName;
        _store = RocksDbStore.Open(_directory, new RocksDbOptions());
        _catalogue = DatabaseCatalogue.Open(_store, new EngineOptions(), TimeProvider.System);
        _database = await _catalogue.CreateAsync("read", new DatabaseOptions(), CancellationToken.None);
        _growing = await _catalogue.CreateAsync("growing", new DatabaseOptions(), CancellationToken.None);
        for (var from = 0; from < Documents; from += Batch)
        {
            await WriteAsync(_database, from);
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
