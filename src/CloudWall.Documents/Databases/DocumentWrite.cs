using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>One document of a write, its attachments received.</summary>
public sealed class DocumentWrite : IDisposable
{
    /// <summary>A document to be written.</summary>
    /// <param name="id">Its id, validated.</param>
    /// <param name="document">What the client sent.</param>
    /// <param name="attachments">Its attachments, in order; owned from now on.</param>
    public DocumentWrite(string id, ParsedDocument document, IReadOnlyList<AttachmentWrite> attachments)
    {
        Id = id;
        Document = document;
        Attachments = attachments;
        Parent = document.Revisions is { Count: > 0 } revisions ? revisions[0] : document.Revision ?? default;
    }

    /// <summary>The document's id.</summary>
    public string Id { get; }

    /// <summary>What the client sent, or what is to be stored in its place; the ids and revisions are the same.</summary>
    public ParsedDocument Document { get; set; }

    /// <summary>
    /// The revision that an interactive write edits, from the document itself; set it where the client named it elsewhere
    /// (<c>rev</c>, <c>If-Match</c>). The default value stands for none.
    /// </summary>
    public RevisionId Parent { get; set; }

    /// <summary>Its attachments, in order.</summary>
    public IReadOnlyList<AttachmentWrite> Attachments { get; }

    /// <summary>About how many bytes of memory it holds: the document in its two forms, small attachments, and what goes with them.</summary>
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

    /// <summary>Drops the content that no document came to refer to.</summary>
    public void Dispose()
    {
        foreach (var attachment in Attachments)
        {
            attachment.Content?.Dispose();
        }
    }
}
