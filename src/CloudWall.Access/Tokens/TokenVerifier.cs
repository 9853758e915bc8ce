using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudWall.Access.Caching;
using CloudWall.Documents;

namespace CloudWall.Access.Tokens;

/// <summary>
/// Identifies users by JSON Web Tokens (RFC 7519), with CouchDB's rules and reasons. The signatures are .NET's. The usual libraries for
/// tokens refuse short secrets, which CouchDB takes and its manual shows.
/// </summary>
/// <param name="options">The settings; read for each token.</param>
/// <param name="time">The clock.</param>
public sealed class TokenVerifier(Func<TokenOptions> options, TimeProvider time)
{
    private static readonly DocumentError Malformed = DocumentError.BadRequest("Malformed token");

    private readonly RecentEntries<string, Known> _known = new(1000, TimeSpan.FromMinutes(10), isRenewedByUse: true, time);

    /// <summary>Identifies the user of a token.</summary>
    /// <exception cref="DocumentException">400: the token is malformed, or its signature wrong. 401: it has expired.</exception>
    public Principal Verify(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var current = options();
        var key = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_known.TryGet(key, out var known) && ReferenceEquals(known.Options, current))
        {
            RequireFuture(known.Expiry);
            return known.Principal;
        }

        var verified = Verify(token, current);
        _known.Remove(key);
        _known.Set(key, _ => verified);
        return verified.Principal;
    }

    private Known Verify(string token, TokenOptions current)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            throw new DocumentException(Malformed);
        }

        using var header = Parse(parts[0]);
        var algorithm = CheckHeader(header.RootElement, current.Claims);
        using var payload = Parse(parts[1]);
        var expiry = CheckPayload(payload.RootElement, current.Claims);
        var id = KeyIdOf(header.RootElement, current.Claims);
        if (!current.Keys.TryGetValue(new TokenKeyName(algorithm.Kind, id), out var key))
        {
            throw Refusal("Unknown kid");
        }

        if (!key.Verifies(algorithm, Encoding.UTF8.GetBytes(token[..token.LastIndexOf('.')]), Decode(parts[2])))
        {
            throw Refusal(algorithm.Kind == TokenKeyKind.Secret ? "Bad HMAC" : "Bad signature");
        }

        // CouchDB takes what is no text for a name, too.
        var subject = Member(payload.RootElement, "sub");
        var name = subject.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
            ? throw new DocumentException(new DocumentError(401, "unauthorized", "Token missing sub claim."))
            : TextOf(subject) is { Length: > 0 } text ? text : throw new DocumentException(Malformed);
        return new Known(current, expiry, new Principal(new UserContext(name, RolesOf(payload.RootElement, current.RolesPath)), "jwt"));
    }

    private static TokenAlgorithm CheckHeader(JsonElement header, TokenClaims claims)
    {
        var type = Member(header, "typ");
        if (type.ValueKind == JsonValueKind.Undefined)
        {
            if (claims.Needs("typ"))
            {
                throw Refusal("Missing typ header parameter");
            }
        }
        else if (TextOf(type) != "JWT")
        {
            throw Refusal("Invalid typ header parameter");
        }

        var algorithm = Member(header, "alg");
        return algorithm.ValueKind == JsonValueKind.Undefined ? throw Refusal("Missing alg header parameter")
            : TextOf(algorithm) is { } name && TokenAlgorithm.Find(name) is { } found ? found
            : throw Refusal("Invalid alg header parameter");
    }

    private static string KeyIdOf(JsonElement header, TokenClaims claims)
    {
        var id = Member(header, "kid");
        return id.ValueKind == JsonValueKind.Undefined
            ? claims.Needs("kid") ? throw Refusal("Missing kid claim") : TokenKeyName.DefaultId
            : TextOf(id) ?? throw Refusal("Unknown kid");
    }

    /// <returns>When the token expires, in seconds since 1970. In CouchDB it counts only where it must be there.</returns>
    private double CheckPayload(JsonElement payload, TokenClaims claims)
    {
        var issuer = Member(payload, "iss");
        if (claims.Issuer is { } wanted && TextOf(issuer) != wanted)
        {
            throw Refusal(issuer.ValueKind == JsonValueKind.Undefined ? "Missing iss claim" : "Invalid iss claim");
        }

        if (claims.Needs("iat"))
        {
            NumberOf(payload, "iat");
        }

        if (claims.Needs("nbf") && NumberOf(payload, "nbf") >= Now)
        {
            throw new DocumentException(new DocumentError(401, "unauthorized", "nbf not in past"));
        }

        var expiry = claims.Needs("exp") || Member(payload, "exp").ValueKind != JsonValueKind.Undefined
            ? NumberOf(payload, "exp")
            : double.PositiveInfinity;
        RequireFuture(expiry);
        return expiry;
    }

    private double Now => time.GetUtcNow().ToUnixTimeSeconds();

    private void RequireFuture(double expiry)
    {
        if (expiry <= Now)
        {
            throw new DocumentException(new DocumentError(401, "unauthorized", "exp not in future"));
        }
    }

    private static double NumberOf(JsonElement payload, string name)
    {
        var claim = Member(payload, name);
        return claim.ValueKind == JsonValueKind.Undefined ? throw Refusal($"Missing {name} claim")
            : claim.ValueKind == JsonValueKind.Number && claim.TryGetDouble(out var number) ? number
            : throw Refusal($"Invalid {name} claim");
    }

    /// <summary>The roles, a list or a text with commas. A path that leads nowhere gives none.</summary>
    private static string[] RolesOf(JsonElement payload, IReadOnlyList<string> path)
    {
        var roles = payload;
        foreach (var step in path)
        {
            roles = roles.ValueKind == JsonValueKind.Object ? Member(roles, step) : default;
        }

        return roles.ValueKind switch
        {
            JsonValueKind.Undefined => [],
            JsonValueKind.Array =>
                [.. roles.EnumerateArray().Select(static role => TextOf(role) ?? throw new DocumentException(Malformed))],
            _ => TextOf(roles)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                ?? throw new DocumentException(Malformed),
        };
    }

    private static JsonElement Member(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value : default;

    private static string? TextOf(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            throw new DocumentException(Malformed);
        }
    }

    private static JsonDocument Parse(string part)
    {
        JsonDocument json;
        try
        {
            json = JsonDocument.Parse(Decode(part), new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            throw new DocumentException(Malformed);
        }

        if (json.RootElement.ValueKind == JsonValueKind.Object)
        {
            return json;
        }

        json.Dispose();
        throw Refusal("Not an object");
    }

    private static byte[] Decode(string part)
    {
        try
        {
            return part.AsSpan().ContainsAny(" \t=") ? throw new DocumentException(Malformed) : Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            throw new DocumentException(Malformed);
        }
    }

    private static DocumentException Refusal(string reason) => new(DocumentError.BadRequest(reason));

    /// <summary>A token that was verified.</summary>
    /// <param name="Options">Under which settings.</param>
    /// <param name="Expiry">When it expires, in seconds since 1970.</param>
    /// <param name="Principal">Whom it stands for.</param>
    private sealed record Known(TokenOptions Options, double Expiry, Principal Principal);
}
