namespace CloudWall.Server.Http.Ranges;

/// <summary>A part of a content: first and last byte, both belong to it.</summary>
internal readonly record struct ByteRange(long First, long Last)
{
    /// <summary>How many bytes.</summary>
    public long Length => Last - First + 1;

    /// <summary>The value of <c>Content-Range</c>.</summary>
    /// <param name="total">The whole content's length.</param>
    public string ToContentRange(long total) => FormattableString.Invariant($"bytes {First}-{Last}/{total}");
}
