using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Peers;

/// <summary>A revision on its way from a source to a target. What its attachments hold is read when the target asks for it.</summary>
/// <param name="Id">The document.</param>
/// <param name="Path">The revision and its ancestors, newest first.</param>
/// <param name="Deleted">Whether it is a deletion.</param>
/// <param name="Body">The body in CouchDB's normal form.</param>
/// <param name="Attachments">Its attachments.</param>
public sealed record FetchedRevision(
    string Id,
    IReadOnlyList<RevisionId> Path,
    bool Deleted,
    ReadOnlyMemory<byte> Body,
    IReadOnlyList<FetchedAttachment> Attachments)
{
    /// <summary>What an attachment takes, besides its name, from when it is read of to when it is written.</summary>
    internal const int AttachmentWeight = 1024;

    /// <summary>
    /// The youngest generation of the path that the target has already; -1 for none. Attachments that are no younger need not be sent.
    /// </summary>
    public long KnownGeneration { get; init; } = -1;

    /// <summary>Why no target can take it, as of a document with members that CouchDB does not know; null where one may.</summary>
    public DocumentError? Fault { get; init; }

    /// <summary>Whether it is no JSON, so that it may come whole another time.</summary>
    public bool IsGarbled { get; init; }

    /// <summary>About how many bytes of memory it holds.</summary>
    public long Weight { get; } = 256 + Body.Length + (Path.Count * 32)
        + Attachments.Sum(static attachment => AttachmentWeight + (2L * attachment.Name.Length));

    /// <summary>A revision that cannot be copied because there is not memory enough for it.</summary>
    internal static FetchedRevision TooLarge(string id, IReadOnlyList<RevisionId> path) =>
        new(id, path, false, "{}"u8.ToArray(), []) { Fault = new DocumentError(413, "document_too_large", id) };

    /// <summary>It as a document to be stored.</summary>
    public ParsedDocument ToDocument() => new()
    {
        Id = Id,
        Revision = Path[0],
        Revisions = Path,
        Deleted = Deleted,
        Body = Body,
        Term = ReadOnlyMemory<byte>.Empty,
    };
}
