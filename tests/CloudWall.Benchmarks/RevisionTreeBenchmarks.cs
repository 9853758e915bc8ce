using System.Buffers;
using BenchmarkDotNet.Attributes;
using CloudWall.Documents.Revisions;

namespace CloudWall.Benchmarks;

/// <summary>Revision trees: read, appended to or merged into, written.</summary>
public class RevisionTreeBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(1 << 16);
    private byte[] _stored = [];
    private RevisionId _leaf;
    private RevisionId _child;
    private RevisionId[] _path = [];

    [Params(1, 20, 1000)]
    public int Revisions { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _leaf = Sample.Revision(Revisions);
        _child = Sample.Revision(Revisions + 1);
        var tree = new RevisionTree();
        tree.Merge([.. Enumerable.Range(1, Revisions).Reverse().Select(generation => Sample.Revision(generation))], RevisionFlags.Stored, 1);
        RevisionTreeCodec.Write(tree, _output);
        _stored = _output.WrittenSpan.ToArray();

        // What a replicator brings: a conflict with the leaf, and its history.
        _path = [Sample.Revision(Revisions, branch: 1), .. Enumerable.Range(1, Revisions - 1).Reverse().Select(generation => Sample.Revision(generation))];
    }

    [Benchmark]
    public RevisionTree Read() => RevisionTreeCodec.Read(_stored, out _);

    [Benchmark]
    public int Append()
    {
        var tree = RevisionTreeCodec.Read(_stored, out _);
        tree.Append(_leaf, _child, RevisionFlags.Stored, 2);
        return Write(tree);
    }

    [Benchmark]
    public int Merge()
    {
        var tree = RevisionTreeCodec.Read(_stored, out _);
        tree.Merge(_path, RevisionFlags.Stored, 2);
        return Write(tree);
    }

    private int Write(RevisionTree tree)
    {
        _output.ResetWrittenCount();
        RevisionTreeCodec.Write(tree, _output);
        return _output.WrittenCount;
    }
}
