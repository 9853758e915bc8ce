using CloudWall.Documents.Counts;
using CloudWall.Storage;

namespace CloudWall.Documents.Checking;

/// <summary>Counts rows in key order beside the stored blocks of one level and compares the counts. Only one block is in memory.</summary>
internal sealed class BlockWalk : IDisposable
{
    private const int Prefix = 6;

    private readonly KeyValueCursor _blocks;
    private readonly Action<string> _report;
    private readonly string _what;
    private byte[] _start = [];
    private byte[]? _next;
    private long _stored;
    private long _nextStored;
    private long _counted;

    /// <summary>Starts before the first row.</summary>
    /// <param name="range">The database.</param>
    /// <param name="kind">Blocks of sequences (1) or of documents (2).</param>
    /// <param name="level">The level.</param>
    /// <param name="report">Receives the problems found.</param>
    public BlockWalk(DatabaseRange range, byte kind, int level, Action<string> report)
    {
        _report = report;
        _what = $"level {level} of {(kind == 1 ? "rows" : "documents")}";
        _blocks = range.Scan(Keyspace.Counts, [kind, (byte)level], [kind, (byte)(level + 1)]);
        ReadNext();
    }

    /// <summary>Counts a row.</summary>
    /// <param name="key">The row's id or sequence, as in the keys of blocks.</param>
    /// <param name="by">1, or 0 for a row that lies in the block but is not counted.</param>
    /// <param name="start">The required start of its block; empty for any.</param>
    public void Count(ReadOnlySpan<byte> key, int by, ReadOnlySpan<byte> start)
    {
        while (_next is not null && _next.AsSpan().SequenceCompareTo(key) <= 0)
        {
            Finish();
            _start = _next;
            _stored = _nextStored;
            ReadNext();
        }

        if (!start.IsEmpty && !start.SequenceEqual(_start))
        {
            _report($"the block at {Convert.ToHexString(start)} on {_what} is not counted");
        }

        _counted += by;
    }

    /// <summary>Compares the last block. Blocks after it must be empty.</summary>
    public void End()
    {
        Finish();
        for (; _next is not null; ReadNext())
        {
            (_start, _stored) = (_next, _nextStored);
            Finish();
        }
    }

    public void Dispose() => _blocks.Dispose();

    private void Finish()
    {
        if (_stored != _counted)
        {
            _report($"the block at {Convert.ToHexString(_start)} on {_what} says {_stored}, but has {_counted}");
        }

        _counted = 0;
    }

    private void ReadNext()
    {
        _next = null;
        if (_blocks.MoveNext())
        {
            _next = _blocks.Key[Prefix..].ToArray();
            _nextStored = CountBlocks.Read(_blocks.Value);
        }
    }
}
