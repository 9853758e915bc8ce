using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Validation;

/// <summary>A document that is about to be written.</summary>
/// <param name="Write">The write.</param>
/// <param name="Old">The document's record; null for a new document, and for one that is recreated after its deletion.</param>
/// <param name="OldRevision">The revision that the update replaces.</param>
public readonly record struct ProposedUpdate(DocumentWrite Write, DocumentRecord? Old, RevisionId OldRevision);
