using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Json;

/// <summary>A document as a client sent it: its special members taken apart, the rest in CouchDB's normal form.</summary>
public sealed class ParsedDocument
{
    /// <summary><c>_id</c>, or null where there was none.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// The revision that the document builds on or is: the first of <c>_revisions</c> where that has any, otherwise <c>_rev</c>;
    /// null where there is neither.
    /// </summary>
    public RevisionId? Revision { get; init; }

    /// <summary><c>_deleted</c>.</summary>
    public bool Deleted { get; init; }

    /// <summary>
    /// <c>_revisions</c>, newest first: the first has generation <c>start</c>, each further one generation less. Null where there
    /// was none.
    /// </summary>
    public IReadOnlyList<RevisionId>? Revisions { get; init; }

    /// <summary><c>_attachments</c> in the order given; empty where there are none.</summary>
    public IReadOnlyList<ParsedAttachment> Attachments { get; init; } = [];

    /// <summary>
    /// The body as UTF-8 in CouchDB's normal form, <c>{…}</c>, without the members that begin with an underscore; the few of them
    /// that CouchDB keeps in the body (<c>_access</c> and the <c>_replication_…</c> ones) are in it.
    /// </summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>
    /// The body in Erlang's external term format, without the version byte: what <see cref="RevisionHash.Compute"/> takes.
    /// </summary>
    public required ReadOnlyMemory<byte> Term { get; init; }
}
