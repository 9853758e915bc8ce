namespace CloudWall.Documents.Rendering;

/// <summary>The optional members of a document in an answer: the parameters of CouchDB's <c>GET /{db}/{docid}</c>.</summary>
[Flags]
public enum DocumentMembers
{
    /// <summary>Only attachment stubs.</summary>
    None = 0,

    /// <summary><c>revs</c>: <c>_revisions</c>, the revision's history.</summary>
    Revisions = 1,

    /// <summary><c>revs_info</c>: <c>_revs_info</c>, the history with the availability of each body.</summary>
    RevisionsInfo = 2,

    /// <summary><c>local_seq</c>: <c>_local_seq</c>.</summary>
    LocalSequence = 4,

    /// <summary><c>conflicts</c>: <c>_conflicts</c>, the other leaves.</summary>
    Conflicts = 8,

    /// <summary><c>deleted_conflicts</c>: <c>_deleted_conflicts</c>, the other leaves that are deletions.</summary>
    DeletedConflicts = 16,

    /// <summary><c>attachments</c>: attachments with their data.</summary>
    AttachmentData = 32,

    /// <summary>The attachments' bytes follow in later parts of the answer.</summary>
    AttachmentsFollow = 64,

    /// <summary><c>att_encoding_info</c>: the stored encoding of compressed attachments.</summary>
    AttachmentEncoding = 128,

    /// <summary>Members that describe the document rather than one revision; the answer then has no entity tag.</summary>
    Meta = RevisionsInfo | LocalSequence | Conflicts | DeletedConflicts,
}
