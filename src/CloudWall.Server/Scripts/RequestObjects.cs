using System.Text;
using CloudWall.Access.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Node.Identifiers;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Server.Http;

namespace CloudWall.Server.Scripts;

/// <summary>
/// Makes the object that functions of design documents see of a request (CouchDB's documentation: "Request object"). What would let them act
/// in somebody's name is left out: <c>Authorization</c>, cookies, tokens of proxies.
/// </summary>
/// <param name="uuids">Makes the ids that functions find in their requests.</param>
internal sealed class RequestObjects(UuidGenerator uuids)
{
    /// <summary>Few functions look at the sizes of their database, and each call would have to ask the store for them.</summary>
    private static readonly TimeSpan OldestSizes = TimeSpan.FromSeconds(1);

    private static readonly string[] Credentials = ["Authorization", "Proxy-Authorization", "Cookie", "X-Auth-CouchDB-Token"];

    /// <summary>Makes the object.</summary>
    /// <param name="exchange">The request, with its database.</param>
    /// <param name="id">The document that it is about; null for none.</param>
    /// <param name="body">Its body; null where there is none.</param>
    /// <param name="members">Those that the function needs.</param>
    /// <returns>JSON in UTF-8.</returns>
    public byte[] Of(Exchange exchange, string? id, ReadOnlyMemory<byte>? body, RequestMembers members) =>
        Of(exchange, id, body, members, isRead: false);

    /// <summary>Makes the object for a list function, which sees its request's body as what it says, where others see the text.</summary>
    /// <param name="exchange">The request, with its database.</param>
    /// <param name="body">Its body; null where there is none.</param>
    /// <param name="members">Those that the function needs.</param>
    /// <returns>JSON in UTF-8.</returns>
    public byte[] ForList(Exchange exchange, NormalJson? body, RequestMembers members) =>
        Of(exchange, id: null, body?.Utf8, members, isRead: true);

    private byte[] Of(Exchange exchange, string? id, ReadOnlyMemory<byte>? body, RequestMembers members, bool isRead)
    {
        var database = exchange.Database;
        using var json = new JsonBuffer(2048);
        var writer = new MemberWriter(json.Raw("{"u8), members);
        if (writer.Begin("info"))
        {
            DatabaseInformation.Write(json, database, OldestSizes);
        }

        if (writer.Begin("uuid"))
        {
            json.Text(uuids.Next());
        }

        if (writer.Begin("id"))
        {
            _ = id is null ? json.Raw("null"u8) : json.Text(id);
        }

        if (writer.Begin("method"))
        {
            json.Text(exchange.Method);
        }

        if (writer.Begin("requested_path"))
        {
            WriteRequestedPath(json, exchange);
        }

        if (writer.Begin("path"))
        {
            WritePath(json, exchange.Target);
        }

        if (writer.Begin("raw_path"))
        {
            json.Text(exchange.Target.Raw);
        }

        CheckQuery(exchange.Query);
        if (writer.Begin("query"))
        {
            WriteQuery(json, exchange.Query);
        }

        if (writer.Begin("headers"))
        {
            WriteHeaders(json, exchange);
        }

        if (writer.Begin("body"))
        {
            var text = body is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : exchange.ContentLength == 0 ? string.Empty : "undefined";
            _ = isRead && body is { } read ? json.Raw(read.Span) : json.Text(text);
        }

        if (writer.Begin("peer"))
        {
            json.Text(exchange.Context.Connection.RemoteIpAddress?.ToString() ?? string.Empty);
        }

        if (writer.Begin("form"))
        {
            WriteMembers(json, IsForm(exchange) && body is { } form ? Query.ParseForm(form.Span) : Query.Parse([]));
        }

        if (writer.Begin("cookie"))
        {
            json.Raw("{}"u8);
        }

        if (writer.Begin("userCtx"))
        {
            exchange.Principal.Context.Write(json, database.Name);
        }

        if (writer.Begin("secObj"))
        {
            json.Raw((database.Security ?? DatabaseSecurity.Default).Span);
        }

        return json.Raw("}"u8).WrittenSpan.ToArray();
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
            json.Raw(separator).Text(PercentEncoding.Decode(part, exchange.Settings.DecodePlusToSpace));
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

    private static bool IsJson(string parameter) => parameter is "key" or "startkey" or "endkey" or "descending";

    /// <summary>Refuses a request with parameters that are no JSON, whether the function looks at them or not.</summary>
    private static void CheckQuery(Query query)
    {
        for (var i = 0; i < query.Count; i++)
        {
            if (IsJson(query[i].Key))
            {
                Query.CheckJson(query[i].Value);
            }
        }
    }

    private static void WriteQuery(JsonBuffer json, Query query)
    {
        json.Raw("{"u8);
        for (var i = 0; i < query.Count; i++)
        {
            var (name, value) = query[i];
            json.Raw(i == 0 ? ""u8 : ","u8).Text(name).Raw(":"u8);
            _ = IsJson(name) ? json.Raw(Encoding.UTF8.GetBytes(value)) : json.Text(value);
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

    /// <summary>Begins members that are needed.</summary>
    private ref struct MemberWriter(JsonBuffer json, RequestMembers members)
    {
        private bool _any;

        /// <summary>Writes a member's name, if it is needed.</summary>
        /// <returns>Whether its value is to come.</returns>
        public bool Begin(string name)
        {
            if (!members.Has(name))
            {
                return false;
            }

            json.Raw(_any ? ","u8 : ""u8).Text(name).Raw(":"u8);
            return _any = true;
        }
    }
}
