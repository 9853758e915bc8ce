namespace CloudWall.Server.Http;

/// <summary>A HEAD request has all it wanted; the rest of the handler is not needed. The kernel takes it as success.</summary>
internal sealed class HeadAnsweredException : Exception
{
    /// <summary>The only message.</summary>
    public HeadAnsweredException()
        : base("A HEAD request has been answered.")
    {
    }
}
