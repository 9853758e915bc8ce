using System.Text;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>
/// Reads the current bodies of revisions. Optimised for ascending ids, as they often are in the feed: the next body is usually a few cursor
/// steps ahead. Not thread-safe.
/// </summary>
public sealed class BodyReader : IDisposable
{
    private const int MostSteps = 4;
    private const int MostMisses = 4;

    private readonly DatabaseCore _core;
    private readonly CopiedValue _body = new(int.MaxValue);
    private KeyValueCursor? _bodies;
    private bool _onBody;
    private int _misses;

    internal BodyReader(DatabaseCore core) => _core = core;

    /// <summary>Reads the body of a revision; null if it is not stored. Valid until the next call.</summary>
    /// <param name="id">The document's id as UTF-8.</param>
    /// <param name="revision">The revision.</param>
    public StoredRevision? Read(ReadOnlySpan<byte> id, RevisionId revision)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Body(ref key, _core.Number, id, revision);
        var found = TryReach(key.Written);
        key.Dispose();
        if (!found)
        {
            // The body may have been written after the cursor was opened.
            return _core.Read(Encoding.UTF8.GetString(id), revision);
        }

        _body.Set(_bodies!.Value);
        return _core.Decode(_body);
    }

    /// <summary>Releases the store's iterator; the reader stays usable.</summary>
    public void Pause()
    {
        _bodies?.Dispose();
        _bodies = null;
        _onBody = false;
        _misses = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Pause();
        _body.Release();
    }

    private bool TryReach(ReadOnlySpan<byte> key)
    {
        // The ids are in no order, so point reads are cheaper than seeks.
        if (_misses >= MostMisses)
        {
            return false;
        }

        _bodies ??= _core.ScanDatabase(Keyspace.Bodies);
        for (var step = 0; _onBody && step < MostSteps; step++)
        {
            _onBody = _bodies.MoveNext();
            var order = _onBody ? _bodies.Key.SequenceCompareTo(key) : 1;
            if (order == 0)
            {
                _misses = 0;
                return true;
            }

            if (order > 0)
            {
                break;
            }
        }

        _misses++;
        _bodies.Seek(key);
        _onBody = _bodies.MoveNext();
        return _onBody && _bodies.Key.SequenceEqual(key);
    }
}
