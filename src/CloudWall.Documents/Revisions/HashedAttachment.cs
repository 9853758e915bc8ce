namespace CloudWall.Documents.Revisions;

/// <summary>The properties of an attachment that enter a revision's hash.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Md5">The 16 bytes of the MD5 of the stored form, which is compressed for text types.</param>
public readonly record struct HashedAttachment(string Name, string ContentType, ReadOnlyMemory<byte> Md5);
