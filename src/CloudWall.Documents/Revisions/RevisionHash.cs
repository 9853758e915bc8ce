using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents.Json;

namespace CloudWall.Documents.Revisions;

/// <summary>CouchDB's revision ids: the same edit made on two peers is the same revision, and never a conflict.</summary>
public static class RevisionHash
{
    /// <summary>The id of the revision that an edit makes.</summary>
    /// <param name="deleted">Whether the edit deletes the document.</param>
    /// <param name="parent">The revision it builds on; the default value for a document's first.</param>
    /// <param name="bodyTerm">The body as <see cref="ParsedDocument.Term"/> has it.</param>
    /// <param name="attachments">The attachments in the document's order.</param>
    public static RevisionId Compute(
        bool deleted, RevisionId parent, ReadOnlySpan<byte> bodyTerm, IReadOnlyList<HashedAttachment> attachments)
    {
        // [Deleted, OldStart, OldRev, Body, Atts] as a term.
        var size = 64L + parent.HashLength + bodyTerm.Length;
        foreach (var attachment in attachments)
        {
            size += 32 + (3L * (attachment.Name.Length + attachment.ContentType.Length)) + attachment.Md5.Length;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(checked((int)size));
        try
        {
            var length = WriteTerm(buffer, deleted, parent, bodyTerm, attachments);
            Span<byte> hash = stackalloc byte[16];
            MD5.HashData(buffer.AsSpan(0, length), hash);
            return new RevisionId(parent.Generation + 1, BinaryPrimitives.ReadUInt128BigEndian(hash));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int WriteTerm(
        Span<byte> term, bool deleted, RevisionId parent, ReadOnlySpan<byte> bodyTerm, IReadOnlyList<HashedAttachment> attachments)
    {
        term[0] = ErlangTerm.Version;
        ErlangTerm.WriteListHeader(term[1..], 5);
        var i = 1 + ErlangTerm.ListHeaderLength;
        i += ErlangTerm.WriteAtom(term[i..], deleted ? "true"u8 : "false"u8);
        i += ErlangTerm.WriteInteger(term[i..], parent.Generation);
        if (parent.IsNone)
        {
            i += ErlangTerm.WriteInteger(term[i..], 0);
        }
        else
        {
            ErlangTerm.WriteBinaryHeader(term[i..], parent.HashLength);
            i += ErlangTerm.BinaryHeaderLength;
            parent.CopyHashTo(term[i..]);
            i += parent.HashLength;
        }

        bodyTerm.CopyTo(term[i..]);
        i += bodyTerm.Length;
        if (attachments.Count > 0)
        {
            ErlangTerm.WriteListHeader(term[i..], attachments.Count);
            i += ErlangTerm.ListHeaderLength;

            // CouchDB gathers them in front of one another.
            for (var a = attachments.Count - 1; a >= 0; a--)
            {
                term[i++] = ErlangTerm.SmallTuple;
                term[i++] = 3;
                i += WriteString(term[i..], attachments[a].Name);
                i += WriteString(term[i..], attachments[a].ContentType);
                ErlangTerm.WriteBinaryHeader(term[i..], attachments[a].Md5.Length);
                i += ErlangTerm.BinaryHeaderLength;
                attachments[a].Md5.Span.CopyTo(term[i..]);
                i += attachments[a].Md5.Length;
            }
        }

        term[i++] = ErlangTerm.Nil;
        term[i++] = ErlangTerm.Nil;
        return i;
    }

    private static int WriteString(Span<byte> term, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, term[ErlangTerm.BinaryHeaderLength..]);
        ErlangTerm.WriteBinaryHeader(term, length);
        return ErlangTerm.BinaryHeaderLength + length;
    }
}
