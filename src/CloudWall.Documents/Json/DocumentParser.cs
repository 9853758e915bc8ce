using System.Buffers;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Json;

/// <summary>Parses documents as clients send them, and reports faults with CouchDB's errors.</summary>
public static class DocumentParser
{
    /// <summary>Parses one document.</summary>
    /// <exception cref="DocumentException">
    /// 400 <c>bad_request</c>: invalid JSON, not an object, or an invalid <c>_rev</c>, attachment or number. 400 <c>doc_validation</c>: an
    /// unknown special member, or one of the wrong type. 400 <c>illegal_docid</c>. 413 <c>document_too_large</c>,
    /// <c>attachment_too_large</c>.
    /// </exception>
    public static ParsedDocument Parse(ReadOnlySpan<byte> utf8, DocumentLimits limits) => Parse(utf8, limits, received: null);

    /// <summary>Parses a document whose attachments were already received while the request was read.</summary>
    /// <param name="utf8">
    /// The document. The <c>data</c> of each attachment is <c>=</c> followed by the index of the received content.
    /// </param>
    /// <param name="limits">Size limits.</param>
    /// <param name="received">
    /// The length of each received content; -1 if it was not valid base64. Null if the document contains the attachments' data.
    /// </param>
    /// <exception cref="DocumentException">As for the other overload.</exception>
    public static ParsedDocument Parse(ReadOnlySpan<byte> utf8, DocumentLimits limits, IReadOnlyList<long>? received)
    {
        var json = JsonNormalizer.Rent();
        try
        {
            if (!json.ReadDocument(utf8))
            {
                throw new DocumentException(DocumentError.BadRequest("Document must be a JSON object"));
            }

            return Take(json, limits, received);
        }
        finally
        {
            json.Return();
        }
    }

    /// <summary>Parses one document.</summary>
    /// <exception cref="DocumentException">As for the other overload.</exception>
    public static ParsedDocument Parse(in ReadOnlySequence<byte> utf8, DocumentLimits limits)
    {
        if (utf8.IsSingleSegment)
        {
            return Parse(utf8.FirstSpan, limits);
        }

        if (utf8.Length > Array.MaxLength)
        {
            throw new DocumentException(JsonErrors.TooLarge);
        }

        var buffer = SharedArrays.Rent<byte>((int)utf8.Length);
        try
        {
            utf8.CopyTo(buffer);
            return Parse(buffer.AsSpan(0, (int)utf8.Length), limits);
        }
        finally
        {
            SharedArrays.Return(buffer);
        }
    }

    /// <summary>Checks the id of a document, which may be a local one.</summary>
    /// <exception cref="DocumentException">400 <c>illegal_docid</c>.</exception>
    public static void ValidateId(string id, DocumentLimits limits)
    {
        if (DocumentId.FaultOf(id, limits, mayBeLocal: true) is { } fault)
        {
            throw new DocumentException(fault);
        }
    }

    /// <summary>Checks an attachment's name.</summary>
    /// <exception cref="DocumentException">400 <c>bad_request</c>.</exception>
    public static void ValidateAttachmentName(string name)
    {
        if (name.StartsWith('_'))
        {
            throw new DocumentException(
                DocumentError.BadRequest($"Attachment name '{name}' starts with prohibited character '_'"));
        }

        if (!DocumentId.IsUnicode(name))
        {
            throw new DocumentException(DocumentError.BadRequest("Attachment name is not UTF-8 encoded"));
        }
    }

    private static ParsedDocument Take(JsonNormalizer json, DocumentLimits limits, IReadOnlyList<long>? received)
    {
        string? id = null;
        RevisionId? revision = null;
        List<RevisionId>? revisions = null;
        List<ParsedAttachment>? attachments = null;
        var deleted = false;
        for (var m = 0; m < json.MemberCount; m++)
        {
            if (!json.IsSpecial(m))
            {
                continue;
            }

            var name = json.Name(m);
            var value = json.Value(m);
            if (name.SequenceEqual("_id"u8))
            {
                id = value[0] == '"'
                    ? JsonText.Decode(value)
                    : throw new DocumentException(DocumentId.Illegal("Document id must be a string"));
                ValidateId(id, limits);
            }
            else if (name.SequenceEqual("_rev"u8))
            {
                // _revisions takes precedence over _rev, but _rev must still be valid.
                if (revisions is not { Count: > 0 })
                {
                    revision = SpecialMembers.ReadRevision(value);
                }
            }
            else if (name.SequenceEqual("_deleted"u8) && value[0] is (byte)'t' or (byte)'f')
            {
                deleted = value[0] == 't';
            }
            else if (name.SequenceEqual("_attachments"u8) && value[0] == '{')
            {
                attachments = SpecialMembers.ReadAttachments(value, received);
            }
            else if (name.SequenceEqual("_revisions"u8) && value[0] == '{')
            {
                revisions = SpecialMembers.ReadRevisions(value);
                revision = revisions.Count > 0 ? revisions[0] : null;
            }
            else if (!SpecialMembers.IsIgnored(name))
            {
                throw SpecialMembers.Bad(name);
            }
        }

        var (body, term) = json.WithoutSpecials();
        limits.CheckBody(id, body.Span);
        if (attachments is not null)
        {
            Check(attachments, limits);
        }

        return new ParsedDocument
        {
            Id = id,
            Revision = revision,
            Deleted = deleted,
            Revisions = revisions,
            Attachments = attachments ?? (IReadOnlyList<ParsedAttachment>)[],
            Body = body,
            Term = term,
        };
    }

    private static void Check(List<ParsedAttachment> attachments, DocumentLimits limits)
    {
        foreach (var attachment in attachments)
        {
            if (attachment.EncodedLength > limits.MaxAttachmentSize)
            {
                throw new DocumentException(new DocumentError(413, "attachment_too_large", attachment.Name));
            }
        }

        foreach (var attachment in attachments)
        {
            ValidateAttachmentName(attachment.Name);
        }
    }
}
