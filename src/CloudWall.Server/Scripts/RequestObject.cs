using System.Text;
using CloudWall.Access;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Scripts;

/// <summary>
/// A request as functions of design documents see it (CouchDB's documentation: "Request object"). What would let them act in somebody's
/// name is left out: <c>Authorization</c>, cookies, tokens of proxies.
/// </summary>
internal static class RequestObject
{
    /// <summary>Few functions look at the sizes of their database, and each call would have to ask the store for them.</summary>
    private static readonly TimeSpan OldestSizes = TimeSpan.FromSeconds(1);

    private static readonly string[] Credentials = ["Authorization", "Proxy-Authorization", "Cookie", "X-Auth-CouchDB-Token"];

    /// <summary>Makes the object.</summary>
    /// <param name="exchange">The request, with its database.</param>
    /// <param name="id">The document that it is about; null for none.</param>
    /// <param name="body">Its body; null where there is none.</param>
    /// <returns>JSON in UTF-8.</returns>
    public static byte[] Of(Exchange exchange, string? id, ReadOnlyMemory<byte>? body) => Of(exchange, id, body, isRead: false);

    /// <summary>Makes the object for a list function, which sees its request's body as what it says, where others see the text.</summary>
    /// <param name="exchange">The request, with its database.</param>
    /// <param name="body">Its body; null where there is none.</param>
    /// <returns>JSON in UTF-8.</returns>
    public static byte[] ForList(Exchange exchange, NormalJson? body) => Of(exchange, id: null, body?.Utf8, isRead: true);

    private static byte[] Of(Exchange exchange, string? id, ReadOnlyMemory<byte>? body, bool isRead)
    {
        var database = exchange.Database;
        using var json = new JsonBuffer(2048);
        json.Raw("{\"info\":"u8);
        DatabaseInformation.Write(json, database, OldestSizes);
        json.Raw(",\"uuid\":"u8).Text(exchange.Node.Node.Uuids.Next()).Raw(",\"id\":"u8);
        _ = id is null ? json.Raw("null"u8) : json.Text(id);
        json.Raw(",\"method\":"u8).Text(exchange.Method).Raw(",\"requested_path\":"u8);
        WriteRequestedPath(json, exchange);
        json.Raw(",\"path\":"u8);
        WritePath(json, exchange.Target);
        json.Raw(",\"raw_path\":"u8).Text(exchange.Target.Raw).Raw(",\"query\":"u8);
        WriteQuery(json, exchange.Query);
        json.Raw(",\"headers\":"u8);
        WriteHeaders(json, exchange);
        var text = body is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
        json.Raw(",\"body\":"u8);
        _ = isRead && body is { } read
            ? json.Raw(read.Span)
            : json.Text(text ?? (exchange.ContentLength == 0 ? string.Empty : "undefined"));
        json.Raw(",\"peer\":"u8)
            .Text(exchange.Context.Connection.RemoteIpAddress?.ToString() ?? string.Empty).Raw(",\"form\":"u8);
        WriteMembers(json, IsForm(exchange) && body is { } form ? Query.ParseForm(form.Span) : Query.Parse([]));
        json.Raw(",\"cookie\":{},\"userCtx\":"u8);
        exchange.Principal.Context.Write(json, database.Name);
        json.Raw(",\"secObj\":"u8).Raw((database.Security ?? DatabaseSecurity.Default).Span).Raw("}"u8);
        return json.WrittenSpan.ToArray();
    }

    private static bool IsForm(Exchange exchange) =>
        exchange.Method is "POST" or "PUT"
        && exchange.RequestHeaders.ContentType.ToString().StartsWith(
            "application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>The path as it was asked for; as in CouchDB, the query string is a part of its end.</summary>
    private static void WriteRequestedPath(JsonBuffer json, Exchange exchange)
    {
        json.Raw("["u8);
        var separator = ""u8;
        foreach (var part in exchange.RequestedPath.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            json.Raw(separator).Text(PercentEncoding.Decode(part, exchange.Node.Settings.DecodePlusToSpace));
            separator = ","u8;
        }

        json.Raw("]"u8);
    }

    private static void WritePath(JsonBuffer json, RequestTarget target)
    {
        json.Raw("["u8);
        for (var i = 0; i < target.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8).Text(target.Text(i));
        }

        json.Raw("]"u8);
    }

    private static void WriteQuery(JsonBuffer json, Query query)
    {
        json.Raw("{"u8);
        for (var i = 0; i < query.Count; i++)
        {
            var (name, value) = query[i];
            json.Raw(i == 0 ? ""u8 : ","u8).Text(name).Raw(":"u8);
            if (name is "key" or "startkey" or "endkey" or "descending")
            {
                Query.CheckJson(value);
                json.Raw(Encoding.UTF8.GetBytes(value));
            }
            else
            {
                json.Text(value);
            }
        }

        json.Raw("}"u8);
    }

    private static void WriteMembers(JsonBuffer json, Query members)
    {
        json.Raw("{"u8);
        for (var i = 0; i < members.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8).Text(members[i].Key).Raw(":"u8).Text(members[i].Value);
        }

        json.Raw("}"u8);
    }

    private static void WriteHeaders(JsonBuffer json, Exchange exchange)
    {
        var first = true;
        json.Raw("{"u8);
        foreach (var (name, values) in exchange.RequestHeaders)
        {
            if (!Credentials.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                json.Raw(first ? ""u8 : ","u8).Text(Capitalized(name)).Raw(":"u8).Text(values.ToString());
                first = false;
            }
        }

        json.Raw("}"u8);
    }

    // As CouchDB's functions are used to finding them, however they were sent.
    private static string Capitalized(string name) => string.Create(name.Length, name, static (span, name) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = i == 0 || name[i - 1] == '-' ? char.ToUpperInvariant(name[i]) : char.ToLowerInvariant(name[i]);
        }
    });
}
