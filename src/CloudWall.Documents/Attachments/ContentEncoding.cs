namespace CloudWall.Documents.Attachments;

/// <summary>How an attachment's bytes are stored.</summary>
public enum ContentEncoding
{
    /// <summary>As they are.</summary>
    Identity = 0,

    /// <summary>Compressed with gzip.</summary>
    Gzip = 1,
}
