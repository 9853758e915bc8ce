using System.Globalization;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Scripts;

/// <summary>
/// Answers with what a show, update or rewrite function gave back: <c>code</c>, <c>headers</c>, and <c>body</c>, <c>json</c> or
/// <c>base64</c> (CouchDB's documentation: "Response object").
/// </summary>
internal static class FunctionResponse
{
    /// <summary>Sends the answer.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="response">What the function gave back.</param>
    /// <param name="status">The status where the function names none.</param>
    /// <param name="own">Headers that are not the function's to choose.</param>
    /// <exception cref="DocumentException">500: it has a member that means nothing.</exception>
    public static Task SendAsync(Exchange exchange, ReadOnlyMemory<byte> response, int status, params ReadOnlySpan<(string Name, string Value)> own)
    {
        ReadOnlyMemory<byte> content = default;
        NormalJson? json = null;

        // As in CouchDB, the last of several contents names the type, and JSON is what is sent.
        var type = "application/json";
        foreach (var (name, value) in NormalJson.FromStored(response).Members())
        {
            switch (name)
            {
                case "code":
                    status = ReadStatus(value);
                    break;
                case "headers":
                    FunctionHeaders.Apply(exchange, value);
                    break;
                case "body":
                    content = value.IsText ? value.TextUtf8() : throw Invalid(name);
                    type = "text/html; charset=utf-8";
                    break;
                case "base64":
                    content = ReadBase64(value);
                    type = "application/binary";
                    break;
                case "json":
                    json = value;
                    type = "application/json";
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

        if (exchange.Headers.ContentType.Count == 0)
        {
            exchange.Headers.ContentType = type;
        }

        FunctionHeaders.Confine(exchange, json is null ? null : "application/json");
        if (json is { } any)
        {
            return exchange.WriteLargeJsonAsync(status, any.Utf8);
        }

        exchange.IsPlain = true;
        return exchange.WriteBytesAsync(status, type, content);
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
