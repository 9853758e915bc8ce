using System.Buffers;

namespace CloudWall.Documents.Revisions;

/// <content>The binary form; see <see cref="RevisionTreeCodec"/>.</content>
public sealed partial class RevisionTree
{
    // A node's first byte has flags in the two lowest bits, then these bits, then the number of children.
    private const int OtherHash = 4;
    private const int HasGap = 8;
    private const int ChildrenShift = 4;
    private const int ManyChildren = 15;
    private const int FlagsMask = 3;

    internal void WriteTo(IBufferWriter<byte> output)
    {
        var roots = 0;
        for (var root = FirstRoot(); root != None; root = _nodes[root].NextSibling)
        {
            roots++;
        }

        var head = new RevisionWriter(output, 32);
        head.WriteNumber(RevisionTreeCodec.Format);
        head.WriteNumber(roots);
        head.Flush();
        for (var i = _firstRoot; i != None; i = NextInOrder(i))
        {
            ref readonly var node = ref _nodes[i];
            var writer = new RevisionWriter(output, 64 + node.Id.HashLength);
            if (node.Parent == None)
            {
                writer.WriteNumber(node.Id.Generation);
            }

            var children = 0;
            for (var child = node.FirstChild; child != None; child = _nodes[child].NextSibling)
            {
                children++;
            }

            Steps += children;

            writer.WriteByte((byte)(((int)node.Flags & FlagsMask)
                | (node.Id.HashLength == 16 ? 0 : OtherHash)
                | (node.GapLength == 0 ? 0 : HasGap)
                | (Math.Min(children, ManyChildren) << ChildrenShift)));
            if (children >= ManyChildren)
            {
                writer.WriteNumber(children - ManyChildren);
            }

            if (node.GapLength > 0)
            {
                writer.WriteNumber(node.GapId);
                writer.WriteNumber(node.GapLength);
            }

            writer.WriteHash(node.Id);
            if (children == 0)
            {
                writer.WriteNumber(node.Sequence);
            }

            writer.Flush();
        }
    }

    internal static RevisionTree ReadFrom(ReadOnlySpan<byte> input, out int consumed, int few = FewNodes)
    {
        var reader = new RevisionReader(input);
        if (reader.ReadNumber() != RevisionTreeCodec.Format)
        {
            throw new InvalidDataException("A revision tree has a format that this version does not know.");
        }

        var tree = new RevisionTree(few);
        var roots = reader.ReadNumber();
        var previousRoot = None;
        for (; roots > 0; roots--)
        {
            var root = tree.ReadTree(ref reader);
            if (previousRoot == None)
            {
                tree._firstRoot = root;
            }
            else if (tree.CompareSiblings(previousRoot, root) > 0)
            {
                throw Corrupt();
            }
            else
            {
                tree._nodes[previousRoot].NextSibling = root;
            }

            previousRoot = root;
        }

        if (tree.TailCount > 0)
        {
            tree._storedPages = tree.PageRanges();
            tree.CheckGapIds();
        }

        consumed = reader.Position;
        return tree;
    }

    private static InvalidDataException Corrupt() => new("A revision tree is corrupt.");

    private int ReadTree(ref RevisionReader reader)
    {
        // Forks with children still to be read: the node, its last child so far, and the number of remaining children.
        Stack<(int Node, int LastChild, long Left)>? forks = null;
        var root = ReadNode(ref reader, None, reader.ReadNumber(), out var children);
        var node = root;
        while (true)
        {
            var parent = node;
            if (children == 0)
            {
                if (forks is null || forks.Count == 0)
                {
                    return root;
                }

                var (fork, last, left) = forks.Pop();
                node = ReadNode(ref reader, fork, _nodes[fork].Id.Generation + 1, out children);
                if (_nodes[node].GapLength > 0 || _nodes[last].Id.CompareTo(_nodes[node].Id) >= 0)
                {
                    throw Corrupt();
                }

                _nodes[last].NextSibling = node;
                if (left > 1)
                {
                    forks.Push((fork, node, left - 1));
                }

                continue;
            }

            var isFork = children > 1;
            var others = children - 1;
            if (_nodes[parent].Id.Generation == long.MaxValue)
            {
                throw Corrupt();
            }

            node = ReadNode(ref reader, parent, _nodes[parent].Id.Generation + 1, out children);
            _nodes[parent].FirstChild = node;
            if (isFork)
            {
                if (_nodes[node].GapLength > 0)
                {
                    throw Corrupt();
                }

                (forks ??= []).Push((parent, node, others));
            }
        }
    }

    /// <summary>Reads a node. <paramref name="generation"/> does not count the gap above the node.</summary>
    private int ReadNode(ref RevisionReader reader, int parent, long generation, out long children)
    {
        var head = reader.ReadByte();
        children = head >> ChildrenShift;
        if (children == ManyChildren)
        {
            children = reader.ReadNumber();
            if (children > long.MaxValue - ManyChildren)
            {
                throw Corrupt();
            }

            children += ManyChildren;
        }

        var gapId = 0L;
        var gapLength = 0L;
        if ((head & HasGap) != 0)
        {
            gapId = reader.ReadNumber();
            gapLength = reader.ReadNumber();

            // A root's own generation is stored; that of other nodes follows from the parent's.
            var last = parent == None ? generation : generation + gapLength;
            if (gapLength is 0 or > int.MaxValue || gapId > int.MaxValue >> 9 || gapLength > int.MaxValue - TailCount
                || last < gapLength || last > LastSpillable || last % PageSize != 0 || children == 0)
            {
                throw Corrupt();
            }

            generation = last;
        }

        var id = reader.ReadHash(generation, (head & OtherHash) != 0);
        var value = new NodeValue((RevisionFlags)(head & FlagsMask), children == 0 ? reader.ReadNumber() : 0, IsOld: true, Page: 0);
        var node = Add(id, value);
        _nodes[node].Parent = parent;
        _nodes[node].GapId = (int)gapId;
        _nodes[node].GapLength = (int)gapLength;
        TailCount += (int)gapLength;
        if (children == 0)
        {
            CountLeaf(node);
        }

        return node;
    }

    private void CheckGapIds()
    {
        // Pages are stored in ascending order.
        for (var i = 1; i < _storedPages.Length; i++)
        {
            if (_storedPages[i].First >> PageNumberBits == _storedPages[i - 1].First >> PageNumberBits)
            {
                throw Corrupt();
            }
        }
    }
}
