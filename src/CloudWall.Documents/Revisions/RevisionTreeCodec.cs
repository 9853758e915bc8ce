using System.Buffers;

namespace CloudWall.Documents.Revisions;

/// <summary>The binary format of revision trees and of their pages.</summary>
/// <remarks>
/// <para>Numbers are varints: seven bits in each byte, lowest first. A tree is the format version (1), the number of roots, and for each
/// root its generation and its nodes in pre-order, siblings sorted. A node starts with a byte: flags; whether the hash has a length other
/// than 16; whether a gap lies above it; and the number of children in the upper four bits (15 means that the rest follows). As far as that
/// byte says so, there follow the rest of the number of children, the gap's id and length, and the length of the hash. Then comes the hash
/// and, for leaves, the update sequence. A first revision takes about 21 bytes, each further one 17.</para> <para>A page is the format
/// version (1), the generation of its oldest node, and the number of nodes. Each node is a byte (flags; whether the hash has a length other
/// than 16), the length of such a hash, and the hash.</para>
/// </remarks>
public static class RevisionTreeCodec
{
    internal const int Format = 1;

    private const int OtherHash = 4;
    private const int FlagsMask = 3;

    /// <summary>Writes a tree. Equal trees have equal bytes if the same nodes are loaded.</summary>
    public static void Write(RevisionTree tree, IBufferWriter<byte> output) => tree.WriteTo(output);

    /// <summary>Reads a tree from the beginning of <paramref name="input"/>.</summary>
    /// <param name="input">The output of <see cref="Write"/>; other data may follow.</param>
    /// <param name="consumed">The number of bytes that the tree took.</param>
    /// <exception cref="InvalidDataException">The input is not a tree.</exception>
    public static RevisionTree Read(ReadOnlySpan<byte> input, out int consumed) => RevisionTree.ReadFrom(input, out consumed);

    /// <summary>Writes a page without its index, which is the page's key.</summary>
    public static void WritePage(AncestorPage page, IBufferWriter<byte> output)
    {
        var head = new RevisionWriter(output, 32);
        head.WriteNumber(Format);
        head.WriteNumber(page.OldestFirst.Count == 0 ? 0 : page.OldestFirst[0].Revision.Generation);
        head.WriteNumber(page.OldestFirst.Count);
        head.Flush();
        foreach (var node in page.OldestFirst)
        {
            var writer = new RevisionWriter(output, 16 + node.Revision.HashLength);
            writer.WriteByte((byte)(((int)node.Flags & FlagsMask) | (node.Revision.HashLength == 16 ? 0 : OtherHash)));
            writer.WriteHash(node.Revision);
            writer.Flush();
        }
    }

    /// <summary>Reads a page.</summary>
    /// <param name="index">The page's key.</param>
    /// <param name="input">The output of <see cref="WritePage"/>, and nothing else.</param>
    /// <exception cref="InvalidDataException">The input is not a page.</exception>
    public static AncestorPage ReadPage(long index, ReadOnlySpan<byte> input)
    {
        var reader = new RevisionReader(input);
        var format = reader.ReadNumber();
        var generation = reader.ReadNumber();
        var count = reader.ReadNumber();
        if (format != Format || count > RevisionTree.PageSize || generation > long.MaxValue - count)
        {
            throw new InvalidDataException("A page of older revisions is corrupt.");
        }

        var nodes = new RevisionNode[count];
        for (var i = 0; i < nodes.Length; i++)
        {
            var head = reader.ReadByte();
            if (head > (FlagsMask | OtherHash))
            {
                throw new InvalidDataException("A page of older revisions is corrupt.");
            }

            nodes[i] = new RevisionNode(reader.ReadHash(generation + i, (head & OtherHash) != 0), (RevisionFlags)(head & FlagsMask));
        }

        return reader.Position == input.Length
            ? new AncestorPage(index, nodes)
            : throw new InvalidDataException("A page of older revisions is corrupt.");
    }
}
