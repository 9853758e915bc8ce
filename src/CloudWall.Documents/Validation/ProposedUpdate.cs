using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Validation;

/// <summary>A document that is about to be written.</summary>
/// <param name="Write">What is to be written.</param>
/// <param name="Old">The document that it follows; null for a new one, or one that is created again after its deletion.</param>
/// <param name="OldRevision">Which revision of that document it follows.</param>
public readonly record struct ProposedUpdate(DocumentWrite Write, DocumentRecord? Old, RevisionId OldRevision);
