using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Json;

/// <summary>A parsed document: its special members, and the body in CouchDB's normal form.</summary>
public sealed class ParsedDocument
{
    /// <summary><c>_id</c>; null if missing.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// The parent of an edit, or the replicated revision: the first of <c>_revisions</c> if that is not empty, otherwise <c>_rev</c>; null
    /// if both are missing.
    /// </summary>
    public RevisionId? Revision { get; init; }

    /// <summary><c>_deleted</c>.</summary>
    public bool Deleted { get; init; }

    /// <summary>
    /// <c>_revisions</c>, newest first: the first has generation <c>start</c>, each further one generation less. Null if missing.
    /// </summary>
    public IReadOnlyList<RevisionId>? Revisions { get; init; }

    /// <summary><c>_attachments</c> in the given order.</summary>
    public IReadOnlyList<ParsedAttachment> Attachments { get; init; } = [];

    /// <summary>
    /// The body as UTF-8 in normal form, <c>{…}</c>, without special members. It contains the few members with an underscore that CouchDB
    /// keeps in the body (<c>_access</c> and <c>_replication_…</c>).
    /// </summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>
    /// The body in Erlang's external term format, without the version byte: the input of <see cref="RevisionHash.Compute"/>.
    /// </summary>
    public required ReadOnlyMemory<byte> Term { get; init; }
}
