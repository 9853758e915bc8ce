namespace CloudWall.Server.Http;

/// <summary>Answers a request. What it throws before it has sent anything is answered by the kernel.</summary>
internal delegate Task Handler(Exchange exchange);

/// <summary>A method and what answers it. HEAD comes as GET.</summary>
/// <param name="Method">The method; <c>*</c> for all of them.</param>
/// <param name="Handler">What answers it.</param>
/// <param name="IsSafe">Whether it changes nothing (RFC 9110, 9.2.1). A GET that a design document rewrites gets no further than to these.</param>
internal readonly record struct MethodHandler(string Method, Handler Handler, bool IsSafe = false)
{
    /// <summary>GET, and HEAD, whose body is dropped.</summary>
    public static MethodHandler Get(Handler handler) => new("GET", handler, IsSafe: true);

    /// <summary>PUT.</summary>
    public static MethodHandler Put(Handler handler) => new("PUT", handler);

    /// <summary>OPTIONS, where it is no preflight.</summary>
    public static MethodHandler Options(Handler handler) => new("OPTIONS", handler, IsSafe: true);

    /// <summary>POST of a question that is too long for a query string.</summary>
    public static MethodHandler Query(Handler handler) => new("POST", handler, IsSafe: true);

    /// <summary>POST of what changes something.</summary>
    public static MethodHandler Post(Handler handler) => new("POST", handler);

    /// <summary>DELETE.</summary>
    public static MethodHandler Delete(Handler handler) => new("DELETE", handler);

    /// <summary>COPY.</summary>
    public static MethodHandler Copy(Handler handler) => new("COPY", handler);

    /// <summary>Whatever the method is, for what changes nothing: it only ever says no, or shows something.</summary>
    public static MethodHandler Any(Handler handler) => new("*", handler, IsSafe: true);

    /// <summary>Whatever the method is, for what changes something.</summary>
    public static MethodHandler AnyChange(Handler handler) => new("*", handler);
}
