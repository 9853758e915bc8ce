using System.Text.Json;
using CloudWall.Access;
using CloudWall.Access.Sessions;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>/_session</c>: who one is, and sessions by cookie (CouchDB's documentation: "Cookie Authentication").</summary>
/// <param name="authentication">Verifies names and passwords.</param>
/// <param name="sessions">Makes cookies.</param>
internal sealed class Session(Authentication authentication, SessionIssuer sessions)
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Json = "application/json";

    /// <summary>How long a body may be. It holds a name and a password, and anyone may send it. CouchDB reads up to 1 MiB.</summary>
    private const int LongestBody = 64 << 10;

    /// <summary>GET.</summary>
    public async Task Show(Exchange exchange)
    {
        var principal = exchange.Principal;
        if (principal.Name is null && exchange.Query.IsTrue("basic"))
        {
            throw HttpErrors.Unauthorized("Please login.");
        }

        using var json = new JsonBuffer();
        json.Raw("{\"ok\":true,\"userCtx\":{\"name\":"u8).Text(principal.Name).Raw(",\"roles\":["u8);
        WriteTexts(json, principal.Context.Roles);
        json.Raw("]},\"info\":{\"authentication_handlers\":["u8);
        WriteTexts(json, authentication.HandlerNames);
        json.Raw("]"u8);
        if (principal.Handler is { } handler)
        {
            json.Raw(",\"authenticated\":"u8).Text(handler);
        }

        await exchange.WriteJsonAsync(200, json.Raw("}}"u8));
    }

    /// <summary>DELETE: has the browser forget the cookie.</summary>
    public Task End(Exchange exchange)
    {
        exchange.Headers.SetCookie = sessions.End(exchange.IsSecure);
        return Redirect(exchange, "next") ? exchange.WriteOkAsync(302) : exchange.WriteOkAsync();
    }

    /// <summary>POST: begins a session.</summary>
    public async Task Begin(Exchange exchange)
    {
        var (name, password) = await ReadAsync(exchange);
        var account = await authentication.SignInAsync(name, password, exchange.Context.Connection.RemoteIpAddress, exchange.Aborted);
        using var json = new JsonBuffer();
        if (account is null)
        {
            exchange.Headers.SetCookie = sessions.End(exchange.IsSecure);
            if (!Redirect(exchange, "fail"))
            {
                throw HttpErrors.Unauthorized("Name or password is incorrect.");
            }

            json.Raw("{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}"u8);
            await exchange.WriteJsonAsync(302, json);
            return;
        }

        exchange.Headers.SetCookie = sessions.Begin(account.Name, account.Salt, exchange.IsSecure);
        json.Raw("{\"ok\":true,\"name\":"u8).Text(account.Name).Raw(",\"roles\":["u8);
        WriteTexts(json, account.Roles);
        json.Raw("]}"u8);
        await exchange.WriteJsonAsync(Redirect(exchange, "next") ? 302 : 200, json);
    }

    private static void WriteTexts(JsonBuffer json, IReadOnlyList<string> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8).Text(texts[i]);
        }
    }

    /// <summary>Sends the browser on where a parameter says so, but to no other server.</summary>
    private static bool Redirect(Exchange exchange, string parameter)
    {
        if (exchange.Query[parameter] is not { } path)
        {
            return false;
        }

        exchange.Headers.Location = path.StartsWith('/') && PercentEncoding.EncodeReference(path) is { } encoded
            ? exchange.AbsoluteUri(encoded)
            : throw HttpErrors.BadRequest($"`{parameter}` must be a path on this server.");
        return true;
    }

    private static async Task<(string Name, string Password)> ReadAsync(Exchange exchange)
    {
        var type = exchange.RequestHeaders.ContentType.ToString();
        if (!type.StartsWith(Form, StringComparison.Ordinal) && !type.StartsWith(Json, StringComparison.Ordinal))
        {
            throw HttpErrors.BadContentType($"Content-Type must be '{Form}' or '{Json}'");
        }

        if (exchange.ContentLength is 0 or null && !exchange.MayHaveBody)
        {
            throw NoName();
        }

        using var body = await exchange.ReadJsonAsync(LongestBody);
        var form = type.StartsWith(Form, StringComparison.Ordinal) ? Query.ParseForm(body.Span) : null;
        string? Find(string member) => form is null ? TextOf(body.Span, member) : form[member];

        var (name, username) = (Find("name"), Find("username"));
        if (name is not null && username is not null && name != username)
        {
            throw HttpErrors.BadRequest("request body contains different usernames");
        }

        return (name ?? username ?? throw NoName(), Find("password") ?? string.Empty);
    }

    private static DocumentException NoName() => HttpErrors.BadRequest("request body must contain a username");

    private static string? TextOf(ReadOnlySpan<byte> body, string member)
    {
        try
        {
            return JsonMember.TryFind(body, System.Text.Encoding.UTF8.GetBytes(member), out var value) ? JsonMember.TextOf(value) : null;
        }
        catch (JsonException)
        {
            throw HttpErrors.InvalidJson();
        }
    }
}
