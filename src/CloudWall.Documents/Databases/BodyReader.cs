using System.Text;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>
/// Reads bodies of revisions as they are now. Where the documents come in the order of their ids, as they often do in the feed, most are a
/// step ahead of the last. Not safe for use from several threads at once.
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

    /// <summary>Reads the body of a revision; null where it is not stored. Valid until the next call.</summary>
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
            // It may have been written after the walk began.
            return _core.Read(Encoding.UTF8.GetString(id), revision);
        }

        _body.Set(_bodies!.Value);
        return _core.Show(_body);
    }

    /// <summary>Lets go of what it holds of the store; it may go on.</summary>
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
        // Ids in no order: a look-up costs less than going there.
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
