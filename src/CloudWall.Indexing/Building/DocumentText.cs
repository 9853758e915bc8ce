using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Indexing.Building;

/// <summary>A document as map functions get it: with its conflicts and with stubs of its attachments.</summary>
internal static class DocumentText
{
    public static void Write(
        ReadOnlySpan<byte> id,
        RevisionId revision,
        StoredRevision stored,
        ReadOnlySpan<RevisionLeaf> leaves,
        long? localSequence,
        PooledBytes output)
    {
        var body = stored.Body.Span;
        output.Write("{\"_id\":"u8);
        WriteText(id, output);
        output.Write(",\"_rev\":"u8);
        WriteRevision(revision, output);
        if (body.Length > 2)
        {
            output.Write(","u8);
            output.Write(body[1..^1]);
        }

        if (leaves.Length > 1)
        {
            WriteLeaves(",\"_conflicts\":["u8, revision, leaves, deleted: false, output);
            WriteLeaves(",\"_deleted_conflicts\":["u8, revision, leaves, deleted: true, output);
        }

        if (localSequence is { } sequence)
        {
            output.Write(",\"_local_seq\":"u8);
            WriteNumber(sequence, output);
        }

        for (var i = 0; i < stored.Attachments.Count; i++)
        {
            var attachment = stored.Attachments[i];
            output.Write(i == 0 ? ",\"_attachments\":{"u8 : ","u8);
            WriteText(Encoding.UTF8.GetBytes(attachment.Name), output);
            output.Write(":{\"content_type\":"u8);
            WriteText(Encoding.UTF8.GetBytes(attachment.ContentType), output);
            output.Write(",\"revpos\":"u8);
            WriteNumber(attachment.RevisionPosition, output);
            output.Write(Encoding.ASCII.GetBytes($",\"digest\":\"{attachment.Digest}\",\"length\":"));
            WriteNumber(attachment.Length, output);
            output.Write(",\"stub\":true}"u8);
        }

        output.Write(stored.Attachments.Count > 0 ? "}}"u8 : "}"u8);
    }

    private static void WriteLeaves(
        ReadOnlySpan<byte> start, RevisionId except, ReadOnlySpan<RevisionLeaf> leaves, bool deleted, PooledBytes output)
    {
        var any = false;
        foreach (var leaf in leaves)
        {
            if (leaf.IsDeleted == deleted && leaf.Revision != except)
            {
                output.Write(any ? ","u8 : start);
                WriteRevision(leaf.Revision, output);
                any = true;
            }
        }

        output.Write(any ? "]"u8 : default);
    }

    private static void WriteRevision(RevisionId revision, PooledBytes output)
    {
        if (revision.HashLength != 16)
        {
            WriteText(Encoding.UTF8.GetBytes(revision.ToString()), output);
            return;
        }

        output.Write("\""u8);
        output.Advance(revision.Format(output.GetSpan(revision.MaxFormattedLength)));
        output.Write("\""u8);
    }

    private static void WriteText(ReadOnlySpan<byte> utf8, PooledBytes output)
    {
        if (utf8.IndexOfAny((byte)'"', (byte)'\\') >= 0 || utf8.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0)
        {
            JsonNormalForm.Write(Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(utf8)}\""), output);
            return;
        }

        output.Write("\""u8);
        output.Write(utf8);
        output.Write("\""u8);
    }

    private static void WriteNumber(long number, PooledBytes output)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var written);
        output.Advance(written);
    }
}
