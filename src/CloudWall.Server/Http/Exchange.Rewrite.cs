using CloudWall.Documents;

namespace CloudWall.Server.Http;

/// <content>Requests that become others.</content>
internal sealed partial class Exchange
{
    private readonly bool _isSafe;
    private int _rewrites;
    private bool _isRewritten;
    private string? _requested;

    /// <summary>
    /// The target as the client knows it: without what a name of this node stands for (or as a proxy says in
    /// <c>X-CouchDB-Requested-Path</c>). As in CouchDB it is else the one that a rewrite has led to.
    /// </summary>
    public string RequestedPath => _requested
        ?? (RequestHeaders.TryGetValue("X-CouchDB-Requested-Path", out var named) && named.ToString() is { Length: > 0 } path ? path : Target.Raw);

    /// <summary>
    /// Whether this may only end at what changes nothing: a page can have a browser send a GET without asking anyone, so a design document
    /// must not make more of it.
    /// </summary>
    public bool MayOnlyRead => _isSafe && _rewrites > 0;

    /// <summary>Whether the answer says nothing about caching unless the endpoint does: it is not ours.</summary>
    public bool IsPlain { get; set; }

    /// <summary>Notes that the request is about to become another one.</summary>
    /// <exception cref="DocumentException">400: it has done so too often.</exception>
    public void CountRewrite()
    {
        if (++_rewrites > Settings.RewriteLimit)
        {
            throw HttpErrors.BadRequest("Exceeded rewrite recursion limit");
        }
    }

    /// <summary>
    /// Has the request answered as if another had been sent, when its endpoint has returned. Who asks stays the same, and is looked at again
    /// for what is asked.
    /// </summary>
    /// <param name="target">The new target.</param>
    /// <param name="method">The new method.</param>
    /// <param name="body">The new body; null for the one that was sent, which has not been read.</param>
    public void Rewrite(RequestTarget target, string method, byte[]? body)
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

        _isRewritten = true;
    }

    /// <summary>Whether the endpoint has made another request of this one, which is to be answered now.</summary>
    internal bool TakeRewrite()
    {
        var isRewritten = _isRewritten;
        _isRewritten = false;
        return isRewritten;
    }

    /// <summary>Takes another target in the place of the one that was named.</summary>
    /// <param name="target">The target.</param>
    /// <param name="requested">The target as somebody sees it who knows the node by a name of its own; null: as before.</param>
    internal void Become(RequestTarget target, string? requested = null)
    {
        Target = target;
        _requested = requested ?? _requested;
    }
}
