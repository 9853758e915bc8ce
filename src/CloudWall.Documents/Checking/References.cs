using System.Runtime.InteropServices;
using CloudWall.Documents.Attachments;

namespace CloudWall.Documents.Checking;

/// <summary>The content that bodies refer to: one small entry for each content. Only this part of a check grows with the data.</summary>
internal sealed class References
{
    private readonly Dictionary<UInt256, Count> _counts = [];

    /// <summary>The number of contents that were not taken yet.</summary>
    public int Remaining => _counts.Count;

    /// <summary>Adds a body's reference.</summary>
    /// <returns>False if another reference to the same content has a different length.</returns>
    public bool Add(AttachmentInfo attachment, bool isLeaf)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, UInt256.Read(attachment.ContentId.Span), out var known);
        count.All++;
        count.Leaves += isLeaf ? 1 : 0;
        if (!known)
        {
            count.StoredLength = attachment.StoredLength;
        }

        return count.StoredLength == attachment.StoredLength;
    }

    /// <summary>Takes the references to a content.</summary>
    public Count Take(ReadOnlySpan<byte> contentId) => _counts.Remove(UInt256.Read(contentId), out var count) ? count : default;

    /// <summary>The references to one content.</summary>
    public struct Count
    {
        public long All;
        public long Leaves;
        public long StoredLength;
    }

    private readonly record struct UInt256(UInt128 High, UInt128 Low)
    {
        public static UInt256 Read(ReadOnlySpan<byte> bytes) => new(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));
    }
}
