namespace CloudWall.Documents.Rendering;

/// <summary>What an answer shows of a document besides its body: the parameters of CouchDB's <c>GET /{db}/{docid}</c>.</summary>
[Flags]
public enum DocumentMembers
{
    /// <summary>Attachments as stubs; nothing more.</summary>
    None = 0,

    /// <summary><c>revs</c>: <c>_revisions</c>, the revision's history.</summary>
    Revisions = 1,

    /// <summary><c>revs_info</c>: <c>_revs_info</c>, the history with what is stored of it.</summary>
    RevisionsInfo = 2,

    /// <summary><c>local_seq</c>: <c>_local_seq</c>.</summary>
    LocalSequence = 4,

    /// <summary><c>conflicts</c>: <c>_conflicts</c>, the other leaves.</summary>
    Conflicts = 8,

    /// <summary><c>deleted_conflicts</c>: <c>_deleted_conflicts</c>, the other leaves that are deletions.</summary>
    DeletedConflicts = 16,

    /// <summary><c>attachments</c>: attachments with their bytes.</summary>
    AttachmentData = 32,

    /// <summary>The bytes of attachments come in later parts of the answer.</summary>
    AttachmentsFollow = 64,

    /// <summary><c>att_encoding_info</c>: how compressed attachments are stored.</summary>
    AttachmentEncoding = 128,

    /// <summary>What describes the document rather than one revision of it; the answer has no entity tag then.</summary>
    Meta = RevisionsInfo | LocalSequence | Conflicts | DeletedConflicts,
}
