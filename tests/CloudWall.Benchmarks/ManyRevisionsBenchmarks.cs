using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Storage.Memory;

namespace CloudWall.Benchmarks;

/// <summary>
/// Requests about many revisions of one document, whole and a tenth as large. Tests count their steps; this is what they cost, with the
/// parsing of what is written, over a store in memory.
/// </summary>
public class ManyRevisionsBenchmarks : IDisposable
{
    private const string Id = "doc";
    private readonly DocumentLimits _limits = new();
    private DatabaseCatalogue _catalogue = null!;
    private MemoryStore _store = null!;
    private Database _database = null!;
    private RevisionId[] _asked = [];
    private RevisionId[] _leaves = [];

    /// <summary>How large they are: 1 is a tenth of what the names say.</summary>
    [Params(1, 10)]
    public int Tenths { get; set; }

    [IterationSetup]
    public void SetUp()
    {
        _store = new MemoryStore();
        _catalogue = DatabaseCatalogue.Open(_store, new EngineOptions { MaxQueuedBytes = 1L << 30 }, TimeProvider.System);
        _database = _catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None).GetAwaiter().GetResult();
    }

    [IterationSetup(Target = nameof(Ask1000000))]
    public void SetUpQuestions()
    {
        SetUp();
        Write(Conflicts(10), WriteMode.Replicated);
        _asked = new RevisionId[100_000 * Tenths];
        for (var i = 0; i < _asked.Length; i++)
        {
            _asked[i] = new RevisionId(2, new UInt128((ulong)i * 0x9E3779B97F4A7C15UL, (ulong)i));
        }
    }

    [IterationSetup(Target = nameof(Delete5000))]
    public void SetUpLeaves()
    {
        SetUp();
        Write(Conflicts(500 * Tenths), WriteMode.Replicated);
        _leaves = [.. _database.Find(Id)!.Tree.Leaves.Select(leaf => leaf.Revision)];
    }

    /// <summary>Ends the last iteration.</summary>
    public void Dispose()
    {
        CleanUp();
        GC.SuppressFinalize(this);
    }

    [IterationCleanup]
    public void CleanUp()
    {
        _catalogue.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _store.Dispose();
    }

    /// <summary><c>_bulk_docs</c> with <c>new_edits=false</c>: 20,000 conflicts.</summary>
    [Benchmark]
    public void Conflict20000() => Write(Conflicts(2_000 * Tenths), WriteMode.Replicated);

    /// <summary><c>_bulk_docs</c> that deletes 5,000 leaves.</summary>
    [Benchmark]
    public void Delete5000() => Write(
        [
            .. _leaves.Select(leaf => new DocumentWrite(Id, DocumentParser.Parse("{\"_deleted\":true}"u8, _limits), []) { Parent = leaf })
        ],
        WriteMode.Interactive);

    /// <summary><c>_revs_diff</c> of a million revisions.</summary>
    [Benchmark]
    public int Ask1000000() => _database.FindMissing(Id, _asked, CancellationToken.None).Missing.Count;

    private DocumentWrite[] Conflicts(int count)
    {
        var writes = new DocumentWrite[count];
        for (var i = 0; i < count; i++)
        {
            var json = string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"_revisions\":{{\"start\":2,\"ids\":[\"{unchecked((uint)i * 0x9E3779B9):x8}\",\"a\"]}},\"value\":{i}}}");
            writes[i] = new DocumentWrite(Id, DocumentParser.Parse(Encoding.UTF8.GetBytes(json), _limits), []);
        }

        return writes;
    }

    private void Write(DocumentWrite[] writes, WriteMode mode)
    {
        var outcomes = _database.WriteAsync(writes, mode, CancellationToken.None).GetAwaiter().GetResult();
        if (!outcomes.All(static outcome => outcome.IsSuccess))
        {
            throw new InvalidDataException("A write was refused.");
        }
    }
}
