using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Changes;

/// <summary>
/// Iterates over the rows by sequence in short scans, and holds nothing of the store between them. An ascending scan ends at the sequence
/// that was visible when it began; the next scan finds later rows. Descending, a document that changes between two scans moves to a part
/// that was read already. So a descending scan continues while the reader keeps up. If it lasted longer than a second, the changes since
/// its beginning are returned at its end.
/// </summary>
internal sealed class StoredChangesCursor(DatabaseCore core, long since, bool descending) : ChangesCursor
{
    private const int RowsPerScan = 4096;

    private static readonly TimeSpan LongestScan = TimeSpan.FromSeconds(10);

    private KeyValueCursor? _rows;
    private RevisionLeaf[] _leaves = new RevisionLeaf[1];
    private int _leafCount;
    private int _read;
    private bool _disposed;
    private bool _scannedTwice;
    private bool _late;
    private long _top = -1;
    private long _current;
    private long _openedAt;
    private long _after = Math.Max(0, since);
    private long _before = long.MaxValue;

    public override long Sequence => descending ? _current : _after;

    public override ReadOnlySpan<byte> Id => SequenceRowCodec.ReadId(_rows!.Value);

    public override bool Deleted => _leaves[0].IsDeleted;

    public override ReadOnlySpan<RevisionLeaf> Leaves => _leaves.AsSpan(0, _leafCount);

    public override bool MoveNext()
    {
        core.ThrowIfClosed();
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_read >= RowsPerScan && (!descending || IsOld()))
        {
            Pause();
        }

        while (true)
        {
            _rows ??= Open();
            if (_rows is null)
            {
                return false;
            }

            if (_rows.MoveNext())
            {
                break;
            }

            Close();
            if (!descending || _late)
            {
                return false;
            }

            // Continue with the changes made meanwhile, if any may have been missed.
            _before = 0;
        }

        _read++;
        _current = Keys.ReadSequence(_rows.Key);
        if (!descending)
        {
            _after = _current;
        }
        else if (!_late)
        {
            _before = _current;
            _top = Math.Max(_top, _current);
        }

        SequenceRowCodec.Read(_rows.Value, ref _leaves, out _leafCount);
        return true;
    }

    public override void Pause()
    {
        if (!_late)
        {
            Close();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        Close();
    }

    /// <summary>Whether the scan has lasted so long that it blocks the reclaiming of old versions; checked every few rows.</summary>
    private bool IsOld()
    {
        _read = 0;
        return core.Time.GetElapsedTime(_openedAt) > LongestScan;
    }

    private KeyValueCursor? Open()
    {
        _read = 0;
        _openedAt = core.Time.GetTimestamp();
        if (!descending)
        {
            var visible = core.State.UpdateSequence;
            return visible <= _after ? null : ScanRows(core.Store, core.Number, _after, visible, descending);
        }

        // Scan without an upper limit: otherwise a change between reading the limit and opening the scan would be missed.
        if (_before - 1 > _after)
        {
            _scannedTwice |= _top >= 0;
            return ScanRows(core.Store, core.Number, _after, _before - 1, descending);
        }

        if (_late || !_scannedTwice)
        {
            return null;
        }

        _late = true;
        return ScanRows(core.Store, core.Number, Math.Max(_after, _top), long.MaxValue - 1, descending);
    }

    /// <summary>Scans the rows after one sequence up to another.</summary>
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
