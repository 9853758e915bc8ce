using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>A walk over all bodies that finds those of old revisions, a step at a time. It only looks: the writer decides.</summary>
internal sealed class BodyWalk(DatabaseCore core)
{
    private const int BodiesPerStep = 4096;
    private const long BytesPerStep = 4 << 20;
    private const int FoundPerStep = 256;

    private readonly List<byte[]> _found = [];
    private readonly List<byte[]> _sameDocument = [];
    private byte[]? _from = [];

    /// <summary>Whether all bodies were looked at.</summary>
    public bool HasEnded => _from is null;

    /// <summary>How many documents were looked at.</summary>
    public long Documents { get; private set; }

    /// <summary>Takes a step.</summary>
    /// <returns>The keys of bodies that no leaf has any more.</returns>
    public IReadOnlyList<byte[]> Step()
    {
        _found.Clear();
        _sameDocument.Clear();
        using var bodies = core.ScanDatabase(Keyspace.Bodies);
        if (_from is { Length: > 0 } from)
        {
            bodies.Seek(from);
        }

        // A step may begin in the middle of a document.
        var mayHaveMore = _from is { Length: > 0 };
        var bytes = 0L;
        for (var left = BodiesPerStep; bodies.MoveNext(); left--)
        {
            var key = bodies.Key;
            if (left <= 0 || bytes >= BytesPerStep || _found.Count >= FoundPerStep)
            {
                _from = key.ToArray();
                EndDocument(mayHaveMore);
                return _found;
            }

            bytes += key.Length + bodies.Value.Length;
            if (_sameDocument.Count > 0 && !Keys.AreOfSameDocument(_sameDocument[0], key))
            {
                EndDocument(mayHaveMore);
                mayHaveMore = false;
            }

            _sameDocument.Add(key.ToArray());
        }

        EndDocument(mayHaveMore);
        _from = null;
        return _found;
    }

    private void EndDocument(bool mayHaveMore)
    {
        // Every document has a leaf, so that a single body is a leaf's.
        Documents += _sameDocument.Count > 0 ? 1 : 0;
        RevisionTree? tree = null;
        for (var i = 0; (mayHaveMore || _sameDocument.Count > 1) && i < _sameDocument.Count; i++)
        {
            Keys.ReadBody(_sameDocument[i], out var id, out var revision);
            tree ??= core.Find(id)?.Tree ?? new RevisionTree();
            if (!tree.TryFindLeaf(revision, out _))
            {
                _found.Add(_sameDocument[i]);
            }
        }

        _sameDocument.Clear();
    }
}
