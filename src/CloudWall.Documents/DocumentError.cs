namespace CloudWall.Documents;

/// <summary>An error in CouchDB's terms.</summary>
/// <param name="Status">The HTTP status of CouchDB's answer.</param>
/// <param name="Error">CouchDB's error code, such as <c>conflict</c>.</param>
/// <param name="Reason">The reason in words.</param>
public sealed record DocumentError(int Status, string Error, string Reason)
{
    /// <summary>The reason as JSON in UTF-8 if it is not a text, as design functions can return it; empty otherwise.</summary>
    public ReadOnlyMemory<byte> ReasonJson { get; init; }

    /// <summary>The revision is not the current one of its branch.</summary>
    public static readonly DocumentError Conflict = new(409, "conflict", "Document update conflict.");

    /// <summary>The document, revision or attachment never existed.</summary>
    public static readonly DocumentError Missing = new(404, "not_found", "missing");

    /// <summary>The document is deleted.</summary>
    public static readonly DocumentError Deleted = new(404, "not_found", "deleted");

    /// <summary>A <c>_rev</c> that cannot be parsed.</summary>
    public static readonly DocumentError InvalidRevision = BadRequest("Invalid rev format");

    /// <summary>What is no JSON.</summary>
    public static readonly DocumentError InvalidJson = BadRequest("invalid UTF-8 JSON");

    /// <summary>400 <c>bad_request</c>.</summary>
    public static DocumentError BadRequest(string reason) => new(400, "bad_request", reason);

    /// <summary>400 <c>doc_validation</c>: a member that is not allowed, or of the wrong type.</summary>
    public static DocumentError Validation(string reason) => new(400, "doc_validation", reason);
}
