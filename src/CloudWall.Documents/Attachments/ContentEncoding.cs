namespace CloudWall.Documents.Attachments;

/// <summary>The encoding of an attachment's stored bytes.</summary>
public enum ContentEncoding
{
    /// <summary>Uncompressed.</summary>
    Identity = 0,

    /// <summary>Compressed with gzip.</summary>
    Gzip = 1,
}
