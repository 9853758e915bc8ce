namespace CloudWall.Documents.Databases;

/// <summary>A local document: never replicated, without history.</summary>
/// <param name="Id">Its id, with the <c>_local/</c> before it.</param>
/// <param name="Revision">Its revision <c>0-N</c>: the N.</param>
/// <param name="Body">Its body in CouchDB's normal form, <c>{…}</c>.</param>
public sealed record LocalDocument(string Id, long Revision, ReadOnlyMemory<byte> Body);
