using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Changes;

/// <summary>
/// A walk over the rows by sequence. A scan ends at the sequence that readers can see when it begins; later rows are found by the next
/// scan. Forwards, scans are short, and nothing of the store is held between them.
/// </summary>
internal sealed class StoredChangesCursor(DatabaseCore core, long since, bool descending) : ChangesCursor
{
    private const int RowsPerScan = 4096;

    private KeyValueCursor? _rows;
    private RevisionLeaf[] _leaves = new RevisionLeaf[1];
    private int _leafCount;
    private int _read;
    private bool _disposed;
    private long _after = Math.Max(0, since);
    private long _before = long.MaxValue;

    public override long Sequence => descending ? _before : _after;

    public override ReadOnlySpan<byte> Id => SequenceRowCodec.ReadId(_rows!.Value);

    public override bool Deleted => _leaves[0].IsDeleted;

    public override ReadOnlySpan<RevisionLeaf> Leaves => _leaves.AsSpan(0, _leafCount);

    public override bool MoveNext()
    {
        core.ThrowIfClosed();
        ObjectDisposedException.ThrowIf(_disposed, this);
        // Backwards, what changes meanwhile would not be met again: there one scan lasts to the end.
        if (_rows is not null && _read == RowsPerScan && !descending)
        {
            Close();
        }

        _rows ??= Open();
        if (_rows is null)
        {
            return false;
        }

        if (!_rows.MoveNext())
        {
            Close();
            return false;
        }

        _read++;
        var sequence = Keys.ReadSequence(_rows.Key);
        if (descending)
        {
            _before = sequence;
        }
        else
        {
            _after = sequence;
        }

        SequenceRowCodec.Read(_rows.Value, ref _leaves, out _leafCount);
        return true;
    }

    public override void Pause()
    {
        if (!descending)
        {
            Close();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        Close();
    }

    private KeyValueCursor? Open()
    {
        var visible = Math.Min(core.State.UpdateSequence, _before - 1);
        if (visible <= _after)
        {
            return null;
        }

        _read = 0;
        return ScanRows(core.Store, core.Number, _after, visible, descending);
    }

    /// <summary>Rows after one sequence up to another.</summary>
    public static KeyValueCursor ScanRows(KeyValueReader reader, uint database, long after, long last, bool descending)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Sequence(ref lower, database, after + 1);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Sequence(ref upper, database, last + 1);
        var rows = reader.Scan(Keyspace.Sequences, lower.Written, upper.Written, descending);
        lower.Dispose();
        upper.Dispose();
        return rows;
    }

    private void Close()
    {
        _rows?.Dispose();
        _rows = null;
    }
}
