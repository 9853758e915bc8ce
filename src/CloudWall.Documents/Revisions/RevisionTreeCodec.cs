using System.Buffers;

namespace CloudWall.Documents.Revisions;

/// <summary>The binary form of revision trees and of their pages.</summary>
/// <remarks>
/// <para>Numbers have seven bits a byte, the lowest first. A tree is the format (1), the number of roots, and for each root its
/// generation and its nodes, parents before children, siblings in order. A node is a byte (flags; whether the hash is other than 16
/// bytes; whether ancestors above it are in pages; the number of children in the upper four bits, 15 meaning that the rest follows),
/// then as that says the rest of the number of children, the gap's id and length, the length of the hash, then the hash, and for
/// leaves the update sequence. A first revision takes about 21 bytes, each further 17.</para>
/// <para>A page is the format (1), the generation of its oldest node, the number of nodes, and for each a byte (flags; whether the
/// hash is other than 16 bytes), the length of such a hash, and the hash.</para>
/// </remarks>
public static class RevisionTreeCodec
{
    internal const int Format = 1;

    private const int OtherHash = 4;
    private const int FlagsMask = 3;

    /// <summary>Writes a tree. Equal trees have equal bytes, as far as the same nodes are loaded.</summary>
    public static void Write(RevisionTree tree, IBufferWriter<byte> output) => tree.WriteTo(output);

    /// <summary>Reads a tree from the beginning of <paramref name="input"/>.</summary>
    /// <param name="input">What <see cref="Write"/> wrote; anything may follow.</param>
    /// <param name="consumed">How many bytes the tree took.</param>
    /// <exception cref="InvalidDataException">The input is no tree.</exception>
    public static RevisionTree Read(ReadOnlySpan<byte> input, out int consumed) => RevisionTree.ReadFrom(input, out consumed);

    /// <summary>Writes a page. Its index is not written: it is the page's key.</summary>
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
    /// <param name="input">What <see cref="WritePage"/> wrote, and nothing else.</param>
    /// <exception cref="InvalidDataException">The input is no page.</exception>
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
