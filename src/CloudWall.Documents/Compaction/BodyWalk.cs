using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>Walks over all bodies in steps and finds those of old revisions. It only collects candidates; the writer decides.</summary>
internal sealed class BodyWalk(DatabaseCore core)
{
    private const int BodiesPerStep = 4096;
    private const long BytesPerStep = 4 << 20;
    private const int FoundPerStep = 256;

    private readonly List<byte[]> _found = [];
    private readonly List<byte[]> _sameDocument = [];
    private byte[]? _from = [];

    /// <summary>Whether all bodies were visited.</summary>
    public bool HasEnded => _from is null;

    /// <summary>The number of visited documents.</summary>
    public long Documents { get; private set; }

    /// <summary>Takes one step.</summary>
    /// <returns>The keys of bodies that are not bodies of leaves.</returns>
    public IReadOnlyList<byte[]> Step()
    {
        _found.Clear();
        _sameDocument.Clear();
        using var bodies = core.ScanDatabase(Keyspace.Bodies);
        if (_from is { Length: > 0 } from)
        {
            bodies.Seek(from);
        }

        // A step may start in the middle of a document.
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
        // A document's only body is a leaf's, because every document has a leaf.
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
