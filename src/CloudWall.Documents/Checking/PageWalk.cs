using System.Buffers.Binary;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Checking;

/// <summary>Walks over the pages of older ancestors in document order. Only one document's pages are in memory.</summary>
internal sealed class PageWalk : IDisposable
{
    private const byte Kind = 2;

    private readonly DatabaseRange _range;
    private readonly Action<string> _report;
    private readonly KeyValueCursor _pages;
    private bool _more;

    public PageWalk(DatabaseRange range, Action<string> report)
    {
        _range = range;
        _report = report;
        _pages = range.Scan(Keyspace.Documents, Kind);
        _more = _pages.MoveNext();
    }

    /// <summary>Checks the history of the next document.</summary>
    public void Visit(ReadOnlySpan<byte> id, DocumentRecord document)
    {
        var prefix = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        prefix.UInt32(_range.Number);
        prefix.Byte(Kind);
        prefix.Terminated(id);
        var pages = new List<AncestorPage>();
        var expected = document.Tree.TailPages().ToHashSet();
        var found = 0;
        for (; _more; _more = _pages.MoveNext())
        {
            var belongs = _pages.Key.StartsWith(prefix.Written);
            if (!belongs && _pages.Key.SequenceCompareTo(prefix.Written) > 0)
            {
                break;
            }

            var index = BinaryPrimitives.ReadInt64BigEndian(_pages.Key[^8..]);
            if (!belongs || !expected.Contains(index))
            {
                _report($"a page of ancestors ({Convert.ToHexString(_pages.Key)}) belongs to no document");
                continue;
            }

            pages.Add(RevisionTreeCodec.ReadPage(index, _pages.Value));
            found++;
        }

        prefix.Dispose();
        if (found != expected.Count)
        {
            _report($"the document {document.Id} lacks {expected.Count - found} pages of ancestors");
            return;
        }

        document.Tree.AttachTail(pages);
        foreach (var leaf in document.Tree.Leaves)
        {
            var path = document.Tree.PathOf(leaf.Revision);
            for (var i = 0; i < path.Count; i++)
            {
                if (path[i].Revision.Generation != leaf.Revision.Generation - i)
                {
                    _report($"the history of {document.Id} {leaf.Revision} has a hole");
                    break;
                }
            }
        }
    }

    /// <summary>Reports pages after the last document.</summary>
    public void End()
    {
        for (; _more; _more = _pages.MoveNext())
        {
            _report($"a page of ancestors ({Convert.ToHexString(_pages.Key)}) belongs to no document");
        }
    }

    public void Dispose() => _pages.Dispose();
}
