using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>Leaf revisions of one document to be purged.</summary>
/// <param name="Id">The document's id.</param>
/// <param name="Revisions">The revisions; those that are not leaves are ignored.</param>
public sealed record PurgeRequest(string Id, IReadOnlyList<RevisionId> Revisions);

/// <summary>One entry of a database's purge history (<c>_purged_infos</c>).</summary>
/// <param name="PurgeSequence">Its number, from 1.</param>
/// <param name="Uuid">The purge's id, 32 hexadecimal digits.</param>
/// <param name="Id">The document's id.</param>
/// <param name="Revisions">The requested revisions.</param>
public sealed record PurgeInfo(long PurgeSequence, string Uuid, string Id, IReadOnlyList<RevisionId> Revisions);
