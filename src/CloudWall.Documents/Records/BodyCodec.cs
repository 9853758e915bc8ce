using System.Buffers;
using CloudWall.Documents.Attachments;

namespace CloudWall.Documents.Records;

/// <summary>The format of a stored revision: a version byte, the attachments, and the body's JSON up to the end.</summary>
internal static class BodyCodec
{
    private const byte Version = 1;

    public static void Write(IBufferWriter<byte> output, IReadOnlyList<AttachmentInfo> attachments, ReadOnlySpan<byte> body)
    {
        output.Byte(Version);
        output.Number(attachments.Count);
        for (var i = 0; i < attachments.Count; i++)
        {
            var attachment = attachments[i];
            output.Text(attachment.Name);
            output.Text(attachment.ContentType);
            output.Number(attachment.RevisionPosition);
            output.Write(attachment.Md5.Span);
            output.Number(attachment.Length);
            output.Number(attachment.StoredLength);
            output.Byte((byte)attachment.Encoding);
            output.Write(attachment.ContentId.Span);
        }

        output.Write(body);
    }

    /// <summary>The stored length of a body without attachments.</summary>
    public static int LengthWithoutAttachments(long body) => (int)body + 2;

    /// <summary>Reads the attachments.</summary>
    /// <returns>The offset of the body.</returns>
    public static int Read(ReadOnlySpan<byte> value, out IReadOnlyList<AttachmentInfo> attachments)
    {
        var reader = new RecordReader(value);
        if (reader.Byte() != Version)
        {
            throw new InvalidDataException("A stored body has a format that this version does not know.");
        }

        var count = reader.Length();
        if (count == 0)
        {
            attachments = [];
            return reader.Position;
        }

        var list = new List<AttachmentInfo>(Math.Min(count, 64));
        for (; count > 0; count--)
        {
            list.Add(new AttachmentInfo(
                reader.Text(),
                reader.Text(),
                reader.Number(),
                reader.Take(16).ToArray(),
                reader.Number(),
                reader.Number(),
                reader.Byte() is <= (byte)ContentEncoding.Gzip and var encoding
                    ? (ContentEncoding)encoding
                    : throw new InvalidDataException("A stored attachment has an encoding that this version does not know."),
                reader.Take(32).ToArray()));
        }

        attachments = list;
        return reader.Position;
    }
}
