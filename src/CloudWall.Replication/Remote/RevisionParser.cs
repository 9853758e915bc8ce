using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>Makes revisions out of the JSON that a remote database sends.</summary>
internal static class RevisionParser
{
    /// <summary>How large a document may be is for the target to say.</summary>
    private static readonly DocumentLimits Unlimited = new() { MaxDocumentSize = long.MaxValue, MaxAttachmentSize = long.MaxValue };

    /// <summary>Reads a document with its <c>_revisions</c>.</summary>
    /// <param name="http">Where its attachments are read from.</param>
    /// <param name="id">The document that was asked for.</param>
    /// <param name="json">The document.</param>
    /// <param name="ancestors">Revisions that the target has.</param>
    /// <returns>The revision; with a <see cref="FetchedRevision.Fault"/> where the document is one that no database takes.</returns>
    /// <exception cref="InvalidDataException">It does not say which revision it is.</exception>
    public static FetchedRevision Parse(
        PeerHttp http, string id, ReadOnlySpan<byte> json, IReadOnlyList<RevisionId> ancestors)
    {
        ParsedDocument document;
        try
        {
            document = DocumentParser.Parse(json, Unlimited);
        }
        catch (DocumentException refused)
        {
            return new FetchedRevision(id, [RevisionOf(json)], false, "{}"u8.ToArray(), [])
            {
                Fault = http.Redaction.Clean(refused.Error),
                IsGarbled = refused.Error == DocumentError.InvalidJson,
            };
        }

        var path = document.Revisions is { Count: > 0 } revisions ? revisions
            : document.Revision is { } single ? [single]
            : throw new InvalidDataException($"The document `{id}` came without a revision.");
        var attachments = new FetchedAttachment[document.Attachments.Count];
        for (var i = 0; i < attachments.Length; i++)
        {
            attachments[i] = Attachment(http, id, path[0], document.Attachments[i], i);
        }

        return new FetchedRevision(id, path, document.Deleted, document.Body, attachments) { KnownGeneration = Known(path, ancestors) };
    }

    /// <summary>How much memory is taken by reading a document, and by what comes of it.</summary>
    public static long WeightOf(ReadOnlySpan<byte> json)
    {
        var weight = new JsonWeight(json);
        return weight.OfDocument + (weight.MostAttachments * FetchedRevision.AttachmentWeight);
    }

    /// <summary>A revision that no target can take because there is no memory for it.</summary>
    /// <exception cref="InvalidDataException">It does not say which revision it is.</exception>
    public static FetchedRevision TooLarge(string id, ReadOnlySpan<byte> json) => FetchedRevision.TooLarge(id, [RevisionOf(json)]);

    /// <summary>The <c>_rev</c> of a document that is not read otherwise.</summary>
    private static RevisionId RevisionOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ForeignJson.NameIs(ref reader, "_rev"u8))
            {
                return RawJson.ReadRevision(ref reader);
            }

            reader.Skip();
        }

        throw new InvalidDataException("A document came without a revision.");
    }

    private static FetchedAttachment Attachment(
        PeerHttp http, string id, RevisionId revision, ParsedAttachment attachment, int position)
    {
        var encoding = attachment.Encoding == "gzip" ? ContentEncoding.Gzip : ContentEncoding.Identity;
        var length = attachment.Length ?? -1;
        var described = new FetchedAttachment(
            attachment.Name,
            attachment.ContentType,
            attachment.RevisionPosition ?? revision.Generation,
            attachment.Digest,
            length,
            attachment.EncodedLength ?? length,
            encoding,
            _ => throw new InvalidOperationException());
        return described with
        {
            OpenAsync = attachment.Data is { } bytes
                ? _ => Task.FromResult(new FetchedContent(ContentEncoding.Identity, Whole(bytes)))
                : new RemoteAttachment(http, id, revision, described, position).OpenAsync,
        };
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Whole(ReadOnlyMemory<byte> bytes)
    {
        await Task.CompletedTask;
        yield return bytes;
    }

    private static long Known(IReadOnlyList<RevisionId> path, IReadOnlyList<RevisionId> ancestors)
    {
        foreach (var revision in path)
        {
            if (ancestors.Contains(revision))
            {
                return revision.Generation;
            }
        }

        return -1;
    }
}
