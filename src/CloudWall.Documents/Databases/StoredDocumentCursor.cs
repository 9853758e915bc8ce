using System.Text;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>
/// Iterates over document records with a second cursor over the bodies beside it. Both are reopened regularly, so that a slow reader does
/// not block the reclaiming of old versions.
/// </summary>
internal sealed class StoredDocumentCursor : DocumentCursor
{
    private const int RowsPerScan = 4096;

    /// <summary>Longer bodies are not copied, because no memory was reserved for a copy.</summary>
    private const int LongestCopied = 64 * 1024;

    private readonly DatabaseCore _core;
    private readonly bool _descending;
    private readonly bool _includeDeleted;

    // A copy, because the body may be sent to a slow client while the cursors are reopened.
    private readonly CopiedValue _body = new(LongestCopied);
    private byte[] _lower;
    private byte[] _upper;
    private KeyValueCursor? _records;
    private KeyValueCursor? _bodies;
    private int _rows;
    private bool _bodyAhead;
    private bool _ended;
    private DocumentRecordCodec.Head _head;

    public StoredDocumentCursor(DatabaseCore core, KeyRange range, bool includeDeleted = false)
    {
        _core = core;
        _includeDeleted = includeDeleted;
        _descending = range.Descending;
        (_lower, _upper) = Bounds(core.Number, range);
    }

    public override ReadOnlySpan<byte> Id => _records!.Key[Keys.RecordPrefix..];

    public override RevisionId Winner => _head.Winner;

    public override long Sequence => _head.Sequence;

    public override DocumentRecord Record => DocumentRecordCodec.Read(Encoding.UTF8.GetString(Id), _records!.Value);

    /// <summary>The keys of a range of ids: the first (inclusive) and the last (exclusive).</summary>
    public static (byte[] Lower, byte[] Upper) Bounds(uint database, KeyRange range)
    {
        var (low, high) = range.Descending ? (range.End, range.Start) : (range.Start, range.End);
        var lowInclusive = !range.Descending || range.InclusiveEnd;
        var highInclusive = range.Descending || range.InclusiveEnd;
        return (Bound(database, low, after: !lowInclusive, end: false), Bound(database, high, after: highInclusive, end: true));
    }

    public override bool MoveNext()
    {
        _core.ThrowIfClosed();
        while (!_ended)
        {
            if (_records is null || ++_rows > RowsPerScan)
            {
                Reopen();
            }

            if (!_records!.MoveNext())
            {
                _ended = true;
                break;
            }

            if (_includeDeleted || !DocumentRecordCodec.IsDeleted(_records.Value))
            {
                _head = DocumentRecordCodec.ReadHead(_records.Value);
                return true;
            }
        }

        return false;
    }

    public override StoredRevision? ReadWinner()
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Body(ref key, _core.Number, Id, _head.Winner);
        var found = TrySeekBody(key.Written);
        key.Dispose();
        if (!found)
        {
            return null;
        }

        _core.Context.Metrics.CountRead(_core.Name);
        if (_bodies!.Value.Length > LongestCopied)
        {
            return _core.Read(Encoding.UTF8.GetString(Id), _head.Winner);
        }

        _body.Set(_bodies.Value);
        return _core.Decode(_body);
    }

    protected override void Dispose(bool disposing)
    {
        _ended = true;
        _body.Release();
        Close();
    }

    private void Close()
    {
        _records?.Dispose();
        _bodies?.Dispose();
        _records = null;
        _bodies = null;
    }

    private static byte[] Bound(uint database, string? id, bool after, bool end)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        if (id is null && end)
        {
            Keys.RecordsEnd(ref key, database);
        }
        else
        {
            Keys.Record(ref key, database, id ?? string.Empty);
            if (id is not null && after)
            {
                key.Byte(0);
            }
        }

        var bound = key.Written.ToArray();
        key.Dispose();
        return bound;
    }

    public override void Pause()
    {
        if (_records is not null && !_ended)
        {
            // The current key was returned already, so continue behind it.
            if (_descending)
            {
                _upper = _records.Key.ToArray();
            }
            else
            {
                _lower = [.. _records.Key, 0];
            }

            Close();
        }
    }

    private void Reopen()
    {
        Pause();
        _rows = 1;
        if (_lower.AsSpan().SequenceCompareTo(_upper) > 0)
        {
            _upper = _lower;
        }

        _records = _core.Store.Scan(Keyspace.Documents, _lower, _upper, _descending);
    }

    private bool TrySeekBody(ReadOnlySpan<byte> key)
    {
        if (_bodies is null)
        {
            _bodies = _core.ScanDatabase(Keyspace.Bodies, _descending);
            _bodies.Seek(key);
            _bodyAhead = _bodies.MoveNext();
        }

        // The next body is usually one or two steps ahead; old revisions that wait for compaction may be in between.
        for (var steps = 0; _bodyAhead; steps++)
        {
            var order = _bodies.Key.SequenceCompareTo(key);
            if (order == 0)
            {
                return true;
            }

            if (_descending ? order < 0 : order > 0)
            {
                return false;
            }

            if (steps == 4)
            {
                _bodies.Seek(key);
            }

            _bodyAhead = _bodies.MoveNext();
        }

        return false;
    }
}
