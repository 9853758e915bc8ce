namespace CloudWall.Server.Http;

/// <summary>Answers a request. What it throws before it has sent anything is answered by the kernel.</summary>
internal delegate Task Handler(Exchange exchange);

/// <summary>A method and what answers it. HEAD comes as GET.</summary>
internal readonly record struct MethodHandler(string Method, Handler Handler)
{
    /// <summary>GET, and HEAD, whose body is dropped.</summary>
    public static MethodHandler Get(Handler handler) => new("GET", handler);

    /// <summary>PUT.</summary>
    public static MethodHandler Put(Handler handler) => new("PUT", handler);

    /// <summary>POST.</summary>
    public static MethodHandler Post(Handler handler) => new("POST", handler);

    /// <summary>DELETE.</summary>
    public static MethodHandler Delete(Handler handler) => new("DELETE", handler);

    /// <summary>COPY.</summary>
    public static MethodHandler Copy(Handler handler) => new("COPY", handler);

    /// <summary>Whatever the method is: for paths that only ever say no.</summary>
    public static MethodHandler Any(Handler handler) => new("*", handler);
}
