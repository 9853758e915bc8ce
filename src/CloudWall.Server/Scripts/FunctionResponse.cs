using System.Globalization;
using System.Text;
using CloudWall.Documents;
using CloudWall.Server.Http;
using CloudWall.Server.Json;
using Microsoft.Extensions.Primitives;

namespace CloudWall.Server.Scripts;

/// <summary>
/// Answers with what a show, update or rewrite function gave back: <c>code</c>, <c>headers</c>, and <c>body</c>, <c>json</c> or
/// <c>base64</c> (CouchDB's documentation: "Response object").
/// </summary>
internal static class FunctionResponse
{
    // A function's headers are the design document's author's; these are how the answer is framed, and CouchDB's own.
    private static readonly string[] Framing = ["Content-Length", "Transfer-Encoding", "Connection", "Date", "Server", "Keep-Alive", "Upgrade", "Trailer"];

    /// <summary>Sends the answer.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="response">What the function gave back.</param>
    /// <param name="status">The status where the function names none.</param>
    /// <param name="own">Headers that are not the function's to choose.</param>
    /// <exception cref="DocumentException">500: it has a member that means nothing.</exception>
    public static Task SendAsync(Exchange exchange, ReadOnlyMemory<byte> response, int status, params ReadOnlySpan<(string Name, string Value)> own)
    {
        byte[] content = [];
        NormalJson? json = null;
        var type = "application/json";
        foreach (var (name, value) in NormalJson.FromStored(response).Members())
        {
            switch (name)
            {
                case "code":
                    status = ReadStatus(value);
                    break;
                case "headers":
                    ApplyHeaders(exchange, value);
                    break;
                case "body":
                    content = value.IsText ? Encoding.UTF8.GetBytes(value.Text()) : throw Invalid(name);
                    type = "text/html; charset=utf-8";
                    break;
                case "base64":
                    content = ReadBase64(value);
                    type = "application/binary";
                    break;
                case "json":
                    json = value;
                    break;
                case "stop" or "":
                    break;
                default:
                    throw Invalid(name);
            }
        }

        foreach (var (name, value) in own)
        {
            exchange.Headers[name] = value;
        }

        if (json is { } any)
        {
            return exchange.WriteJsonAsync(status, any.Utf8);
        }

        Sandbox(exchange);
        exchange.IsPlain = true;
        return exchange.WriteBytesAsync(status, type, content);
    }

    /// <summary>Sets the headers that a function chose.</summary>
    public static void ApplyHeaders(Exchange exchange, NormalJson headers)
    {
        if (!headers.IsObject)
        {
            return;
        }

        foreach (var (name, value) in headers.Members())
        {
            if (name.Length > 0 && !Framing.Contains(name, StringComparer.OrdinalIgnoreCase) && name.All(static c => c is > ' ' and < (char)127 and not ':'))
            {
                var text = value.IsText ? value.Text() : Encoding.UTF8.GetString(value.Utf8.Span);
                exchange.Headers[name] = new string([.. text.Where(static c => c is >= ' ' and < (char)127 || c > (char)160)]);
            }
        }
    }

    /// <summary>What comes out of a function must not act in the name of whoever looks at it. Its own policy can only add to ours.</summary>
    public static void Sandbox(Exchange exchange)
    {
        if (exchange.Node.Settings.ContentPolicies.Functions is { } policy)
        {
            exchange.Headers.ContentSecurityPolicy = StringValues.Concat(policy, exchange.Headers.ContentSecurityPolicy);
        }
    }

    /// <summary>A status that an answer can have.</summary>
    /// <exception cref="DocumentException">500.</exception>
    public static int ReadStatus(NormalJson value) =>
        int.TryParse(value.IsText ? value.Text() : Encoding.UTF8.GetString(value.Utf8.Span), NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 200 and <= 599 ? status : throw Invalid("code");

    private static byte[] ReadBase64(NormalJson value)
    {
        try
        {
            return value.IsText ? Convert.FromBase64String(value.Text()) : throw Invalid("base64");
        }
        catch (FormatException)
        {
            throw Invalid("base64");
        }
    }

    private static DocumentException Invalid(string member) =>
        new(new DocumentError(500, "external_response_error", "Invalid data from external server: " + member));
}
