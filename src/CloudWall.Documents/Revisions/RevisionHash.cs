using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Json;

namespace CloudWall.Documents.Revisions;

/// <summary>
/// Computes CouchDB's deterministic revision ids: the same edit on two peers gets the same id, and so causes no conflict.
/// </summary>
public static class RevisionHash
{
    private const int LongestCopied = 64 << 10;

    /// <summary>Computes the id of the revision that an edit creates.</summary>
    /// <param name="deleted">Whether the edit deletes the document.</param>
    /// <param name="parent">The parent revision; the default value for the first revision of a document.</param>
    /// <param name="bodyTerm">The body in the form of <see cref="ParsedDocument.Term"/>.</param>
    /// <param name="attachments">The attachments in the document's order.</param>
    public static RevisionId Compute(
        bool deleted, RevisionId parent, ReadOnlySpan<byte> bodyTerm, IReadOnlyList<HashedAttachment> attachments)
    {
        var size = 0L;
        foreach (var attachment in attachments)
        {
            size += 32 + (3L * (attachment.Name.Length + attachment.ContentType.Length)) + attachment.Md5.Length;
        }

        return Hash(deleted, parent, bodyTerm, attachments, attachments.Count, size);
    }

    /// <summary>
    /// Computes the id of a revision that recreates a deleted document, if the edit names no parent. CouchDB computes this id after the
    /// attachments were stored, when their names and digests are no longer available to the hash.
    /// </summary>
    /// <param name="deletion">The winning revision, which is deleted.</param>
    /// <param name="bodyTerm">The body in the form of <see cref="ParsedDocument.Term"/>.</param>
    /// <param name="attachmentCount">The number of the document's attachments.</param>
    public static RevisionId ComputeRecreation(RevisionId deletion, ReadOnlySpan<byte> bodyTerm, int attachmentCount) =>
        Hash(false, deletion, bodyTerm, null, attachmentCount, 40L * attachmentCount);

    private static RevisionId Hash(
        bool deleted,
        RevisionId parent,
        ReadOnlySpan<byte> bodyTerm,
        IReadOnlyList<HashedAttachment>? attachments,
        int attachmentCount,
        long attachmentSize)
    {
        // A short body is copied into one buffer with the terms around it, because one call hashes faster. A long body is hashed without a
        // copy.
        var isShort = bodyTerm.Length <= LongestCopied;
        var buffer = SharedArrays.Rent<byte>(checked((int)(64L + parent.HashLength + (isShort ? bodyTerm.Length : 0) + attachmentSize)));
        try
        {
            // [Deleted, OldStart, OldRev, Body, Atts]
            var term = buffer.AsSpan();
            term[0] = ErlangTerm.Version;
            ErlangTerm.WriteListHeader(term[1..], 5);
            var i = 1 + ErlangTerm.ListHeaderLength;
            i += ErlangTerm.WriteAtom(term[i..], deleted ? "true"u8 : "false"u8);
            i += ErlangTerm.WriteInteger(term[i..], parent.Generation);
            i += WriteHash(term[i..], parent);
            var head = i;
            if (isShort)
            {
                bodyTerm.CopyTo(term[i..]);
                i += bodyTerm.Length;
            }

            if (attachmentCount > 0)
            {
                ErlangTerm.WriteListHeader(term[i..], attachmentCount);
                i += ErlangTerm.ListHeaderLength;
                i += attachments is null
                    ? WriteUnknownAttachments(term[i..], attachmentCount)
                    : WriteAttachments(term[i..], attachments);
            }

            term[i++] = ErlangTerm.Nil;
            term[i++] = ErlangTerm.Nil;
            Span<byte> hash = stackalloc byte[16];
            if (isShort)
            {
                MD5.HashData(term[..i], hash);
            }
            else
            {
                using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
                md5.AppendData(term[..head]);
                md5.AppendData(bodyTerm);
                md5.AppendData(term[head..i]);
                md5.GetHashAndReset(hash);
            }

            return new RevisionId(parent.Generation + 1, BinaryPrimitives.ReadUInt128BigEndian(hash));
        }
        finally
        {
            SharedArrays.Return(buffer);
        }
    }

    private static int WriteHash(Span<byte> term, RevisionId parent)
    {
        if (parent.IsNone)
        {
            return ErlangTerm.WriteInteger(term, 0);
        }

        ErlangTerm.WriteBinaryHeader(term, parent.HashLength);
        parent.CopyHashTo(term[ErlangTerm.BinaryHeaderLength..]);
        return ErlangTerm.BinaryHeaderLength + parent.HashLength;
    }

    private static int WriteAttachments(Span<byte> term, IReadOnlyList<HashedAttachment> attachments)
    {
        // CouchDB prepends while it collects them, so their order is reversed.
        var i = 0;
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

        return i;
    }

    private static int WriteUnknownAttachments(Span<byte> term, int count)
    {
        var i = 0;
        for (var a = 0; a < count; a++)
        {
            term[i++] = ErlangTerm.SmallTuple;
            term[i++] = 3;
            for (var field = 0; field < 3; field++)
            {
                i += ErlangTerm.WriteAtom(term[i..], "undefined"u8);
            }
        }

        return i;
    }

    private static int WriteString(Span<byte> term, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, term[ErlangTerm.BinaryHeaderLength..]);
        ErlangTerm.WriteBinaryHeader(term, length);
        return ErlangTerm.BinaryHeaderLength + length;
    }
}
