using System.Text;
using CloudWall.Documents.Counts;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Checking;

/// <summary>Walks over a database's documents, and in parallel over their rows, bodies, ancestor pages and counts.</summary>
internal sealed class DocumentCheck : IDisposable
{
    private const byte Kind = 1;
    private const byte BlockKind = 2;

    private readonly DatabaseRange _range;
    private readonly ulong _seed;
    private readonly Action<string> _report;
    private readonly PageWalk _pages;
    private readonly BlockWalk[] _blocks = new BlockWalk[CountBlocks.Levels];
    private RevisionLeaf[] _row = new RevisionLeaf[1];

    public DocumentCheck(DatabaseRange range, ulong seed, References references, Action<string> report)
    {
        _range = range;
        _seed = seed;
        _report = report;
        Bodies = new BodyWalk(range, references, report);
        _pages = new PageWalk(range, report);
        for (var level = 1; level <= _blocks.Length; level++)
        {
            _blocks[level - 1] = new BlockWalk(range, BlockKind, level, report);
        }
    }

    /// <summary>The walk over bodies.</summary>
    public BodyWalk Bodies { get; }

    /// <summary>Documents that are not deleted.</summary>
    public long Present { get; private set; }

    /// <summary>Deleted documents.</summary>
    public long Deleted { get; private set; }

    /// <summary>Runs the check.</summary>
    public void Run()
    {
        using var records = _range.Scan(Keyspace.Documents, Kind);
        while (records.MoveNext())
        {
            Visit(records.Key[Keys.RecordPrefix..], records.Value);
        }

        Bodies.End();
        _pages.End();
        foreach (var block in _blocks)
        {
            block.End();
        }
    }

    public void Dispose()
    {
        Bodies.Dispose();
        _pages.Dispose();
        foreach (var block in _blocks)
        {
            block.Dispose();
        }
    }

    private void Visit(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> value)
    {
        var id = Encoding.UTF8.GetString(utf8);
        DocumentRecord document;
        try
        {
            document = DocumentRecordCodec.Read(id, value);
        }
        catch (InvalidDataException e)
        {
            _report($"the record of {id} cannot be read: {e.Message}");
            return;
        }

        var head = DocumentRecordCodec.ReadHead(value);
        if (head.Deleted != document.Deleted || head.Winner != document.Winner.Revision)
        {
            _report($"the head of {id} differs from its tree");
        }

        var deleted = document.Deleted;
        Deleted += deleted ? 1 : 0;
        Present += deleted ? 0 : 1;
        var height = DocumentCounts.Height(_seed, utf8);
        for (var level = 1; level <= _blocks.Length; level++)
        {
            _blocks[level - 1].Count(utf8, deleted ? 0 : 1, height >= level ? utf8 : []);
        }

        if (!HasRow(utf8, document))
        {
            _report($"the row {document.Sequence} of the feed is not that of {id}");
        }

        Bodies.Visit(utf8, document);
        _pages.Visit(utf8, document);
    }

    private bool HasRow(ReadOnlySpan<byte> utf8, DocumentRecord document)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Sequence(ref key, _range.Number, document.Sequence);
        using var row = _range.Store.Get(Keyspace.Sequences, key.Written);
        key.Dispose();
        if (!row.Found || !SequenceRowCodec.ReadId(row.Span).SequenceEqual(utf8))
        {
            return false;
        }

        SequenceRowCodec.Read(row.Span, ref _row, out var count);
        var leaves = document.Tree.Leaves;
        var same = leaves.Count == count;
        for (var i = 0; same && i < count; i++)
        {
            same = leaves[i].Revision == _row[i].Revision && leaves[i].Flags == _row[i].Flags;
        }

        return same;
    }
}
