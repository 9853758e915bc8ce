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
    private const string Json = "application/json";

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
        var type = Json;
        foreach (var (name, value) in NormalJson.FromStored(response).Members())
        {
            type = TypeOf(name) ?? type;
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
                    break;
                case "base64":
                    content = ReadBase64(value);
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

        if (exchange.Headers.ContentType.Count == 0)
        {
            exchange.Headers.ContentType = type;
        }

        FunctionHeaders.Confine(exchange, json is null ? null : Json);
        if (json is { } any)
        {
            return exchange.WriteLargeJsonAsync(status, any.Utf8);
        }

        exchange.IsPlain = true;
        return exchange.WriteBytesAsync(status, type, content);
    }

    /// <summary>The type of an answer's content, as <paramref name="response"/> gives it; JSON where it gives none.</summary>
    public static string TypeOf(NormalJson response)
    {
        var type = Json;
        foreach (var (name, _) in response.Members())
        {
            type = TypeOf(name) ?? type;
        }

        return type;
    }

    /// <summary>A status that an answer can have: of three digits, and not that of an answer before the answer.</summary>
    /// <exception cref="DocumentException">500.</exception>
    public static int ReadStatus(NormalJson value) => StatusOf(value) ?? throw Invalid("code");

    /// <summary>The same; null where it is something else.</summary>
    public static int? StatusOf(NormalJson value)
    {
        var text = value.IsText ? value.Text() : Encoding.UTF8.GetString(value.Utf8.Span);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 200 and <= 999 ? status : null;
    }

    private static string? TypeOf(string member) => member switch
    {
        "body" => "text/html; charset=utf-8",
        "base64" => "application/binary",
        "json" => Json,
        _ => null,
    };

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
