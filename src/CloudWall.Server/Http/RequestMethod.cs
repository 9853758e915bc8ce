using Microsoft.AspNetCore.Http;

namespace CloudWall.Server.Http;

/// <summary>The method that a request means.</summary>
internal static class RequestMethod
{
    /// <summary>The method, with <c>X-HTTP-Method-Override</c> taken into account; GET for HEAD.</summary>
    public static string Of(HttpRequest request)
    {
        var method = request.Method;
        if (method == "POST" && request.Headers.TryGetValue("X-HTTP-Method-Override", out var other)
            && other.ToString() is "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "TRACE" or "CONNECT" or "COPY")
        {
            method = other.ToString();
        }

        return method == "HEAD" ? "GET" : method;
    }
}
