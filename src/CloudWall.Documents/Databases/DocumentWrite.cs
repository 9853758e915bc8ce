using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>One document of a write, with its attachments already received.</summary>
public sealed class DocumentWrite : IDisposable
{
    /// <summary>Creates a write.</summary>
    /// <param name="id">Its validated id.</param>
    /// <param name="document">The parsed document.</param>
    /// <param name="attachments">Its attachments in order; this object takes ownership.</param>
    public DocumentWrite(string id, ParsedDocument document, IReadOnlyList<AttachmentWrite> attachments)
    {
        Id = id;
        Document = document;
        Attachments = attachments;
        Parent = document.Revisions is { Count: > 0 } revisions ? revisions[0] : document.Revision ?? default;
    }

    /// <summary>The document's id.</summary>
    public string Id { get; }

    /// <summary>The parsed document, or the content that a rule put in its place; id and revisions stay the same.</summary>
    public ParsedDocument Document { get; set; }

    /// <summary>
    /// The revision that an edit replaces. Initialised from the document; set it if the client named it elsewhere (<c>rev</c>,
    /// <c>If-Match</c>). The default value means none.
    /// </summary>
    public RevisionId Parent { get; set; }

    /// <summary>Its attachments, in order.</summary>
    public IReadOnlyList<AttachmentWrite> Attachments { get; }

    /// <summary>Approximate memory in bytes: the document in its two forms, small attachments, and overhead.</summary>
    public long Weight
    {
        get
        {
            var weight = 1024L + Document.Body.Length + Document.Term.Length;
            foreach (var attachment in Attachments)
            {
                weight += 512 + (attachment.Content?.Inline?.Length ?? 0);
            }

            return weight;
        }
    }

    /// <summary>Drops uploaded content that no document refers to.</summary>
    public void Dispose()
    {
        foreach (var attachment in Attachments)
        {
            attachment.Content?.Dispose();
        }
    }
}
