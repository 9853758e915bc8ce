using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Checking;

/// <summary>Walks over bodies in document order, and sums up their sizes and references.</summary>
internal sealed class BodyWalk(DatabaseRange range, References references, Action<string> report) : IDisposable
{
    private readonly KeyValueCursor _bodies = range.Scan(Keyspace.Bodies);
    private bool _begun;
    private bool _more;

    /// <summary>Bytes of leaves as clients see them.</summary>
    public long External { get; private set; }

    /// <summary>Bytes of the bodies of leaves.</summary>
    public long LeafBodies { get; private set; }

    /// <summary>Bytes of all bodies.</summary>
    public long Bodies { get; private set; }

    /// <summary>Checks the bodies of the next document, and reports bodies before it that belong to no document.</summary>
    public void Visit(ReadOnlySpan<byte> id, DocumentRecord document)
    {
        var prefix = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        prefix.UInt32(range.Number);
        prefix.Terminated(id);
        var leaves = document.Tree.Leaves;
        var places = new LeafPositions(leaves);
        var found = new bool[leaves.Count];
        for (Begin(); _more && Compare(prefix.Written) <= 0; Next())
        {
            Read(document, Compare(prefix.Written) == 0 ? places : null, found);
        }

        prefix.Dispose();
        for (var i = 0; i < found.Length; i++)
        {
            Require(found[places.IndexOf(leaves[i].Revision)], $"the document {document.Id} has no body of {leaves[i].Revision}");
            Require(leaves[i].Sequence <= document.Sequence, $"{document.Id} {leaves[i].Revision} is newer than its document");
        }
    }

    /// <summary>Reports bodies after the last document.</summary>
    public void End()
    {
        for (Begin(); _more; Next())
        {
            Read(null, null, []);
        }
    }

    public void Dispose() => _bodies.Dispose();

    private void Begin()
    {
        if (!_begun)
        {
            _begun = true;
            Next();
        }
    }

    private void Next() => _more = _bodies.MoveNext();

    private int Compare(ReadOnlySpan<byte> prefix) =>
        _bodies.Key.StartsWith(prefix) ? 0 : _bodies.Key.SequenceCompareTo(prefix);

    private void Read(DocumentRecord? document, LeafPositions? places, bool[] found)
    {
        var value = _bodies.Value;
        var entry = DatabaseSizes.Entry(_bodies.Key.Length, value.Length);
        Bodies += entry;
        Keys.ReadBody(_bodies.Key, out var id, out var revision);
        Require(places is not null, $"a body of {id} is left, but no such document");
        var offset = BodyCodec.Read(value, out var attachments);
        Require(value.Length > offset + 1 && value[offset] == '{' && value[^1] == '}', $"the body of {id} {revision} is no object");
        long external = value.Length - offset;
        var leaf = places?.IndexOf(revision) ?? -1;
        foreach (var attachment in attachments)
        {
            external += attachment.Length;
            Require(references.Add(attachment, leaf >= 0), $"{id}/{attachment.Name} has another length than the same content elsewhere");
        }

        if (leaf >= 0)
        {
            found[leaf] = true;
            LeafBodies += entry;
            External += external;
            var known = document!.LeafSizes[leaf];
            Require(known == new LeafSize(external, attachments.Count > 0), $"{id} {revision} has {external} bytes, not {known.External}");
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            report(otherwise);
        }
    }
}
