using CloudWall.Documents;

namespace CloudWall.Server.Http;

/// <content>Requests that become others.</content>
internal sealed partial class Exchange
{
    private int _rewrites;

    /// <summary>Whether the answer says nothing about caching unless the endpoint does: it is not ours.</summary>
    public bool IsPlain { get; set; }

    /// <summary>Notes that the request is about to become another one.</summary>
    /// <exception cref="DocumentException">400: it has done so too often.</exception>
    public void CountRewrite()
    {
        if (++_rewrites > Node.Settings.RewriteLimit)
        {
            throw HttpErrors.BadRequest("Exceeded rewrite recursion limit");
        }
    }

    /// <summary>Answers as if this had been asked for. Who asks stays the same, and is looked at again for what is asked.</summary>
    /// <param name="target">The new target.</param>
    /// <param name="method">The new method.</param>
    /// <param name="body">The new body; null for the one that was sent, which has not been read.</param>
    public Task RewriteAsync(RequestTarget target, string method, byte[]? body)
    {
        Become(target);
        Method = method == "HEAD" ? "GET" : method;
        if (body is not null)
        {
            _body?.Release();
            _body = null;
            _context.Request.Body = new MemoryStream(body);
            _context.Request.ContentLength = body.Length;
            _context.Request.Headers.ContentEncoding = default;
        }

        return Node.Kernel.DispatchAsync(this, Principal);
    }

    /// <summary>Takes another target in the place of the one that was named.</summary>
    internal void Become(RequestTarget target) => Target = target;
}
