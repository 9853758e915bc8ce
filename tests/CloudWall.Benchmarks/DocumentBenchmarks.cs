using BenchmarkDotNet.Attributes;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Benchmarks;

/// <summary>A document's way in: parsed, put into the normal form, hashed.</summary>
public class DocumentBenchmarks
{
    private readonly DocumentLimits _limits = new();
    private byte[] _json = [];
    private ReadOnlyMemory<byte> _term;

    [Params(0, 700, 64_000)]
    public int Padding { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _json = Sample.Document(1, Padding);
        _term = DocumentParser.Parse(_json, _limits).Term;
    }

    [Benchmark]
    public ParsedDocument Parse() => DocumentParser.Parse(_json, _limits);

    [Benchmark]
    public RevisionId Hash() => RevisionHash.Compute(false, default, _term.Span, []);
}
