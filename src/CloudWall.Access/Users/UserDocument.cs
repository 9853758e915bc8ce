using System.Globalization;
using System.Text;
using CloudWall.Access.Passwords;
using CloudWall.Documents;
using CloudWall.Documents.Json;

namespace CloudWall.Access.Users;

/// <summary>What CouchDB demands of a user's document, and what it makes of a password in it.</summary>
public static class UserDocument
{
    private static readonly string[] Schemes = ["simple", "pbkdf2", "simple+pbkdf2", "bcrypt"];

    private static readonly string[] OfPassword =
    [
        "derived_key", "iterations", "password", "password_scheme", "password_sha", "preserve_salt", "pbkdf2_prf", "salt",
    ];

    /// <summary>Why a document is no user; null where it is one.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="body">Its body in normal form.</param>
    public static DocumentError? Refuse(string id, NormalJson body)
    {
        var name = TextOf(body, "name"u8);
        var reason = TextOf(body, "type"u8) != "user" ? "doc.type must be user"
            : string.IsNullOrEmpty(name) ? "doc.name is required"
            : RefuseRoles(body)
            ?? (id != UserAccounts.IdPrefix + name ? "Doc ID must be of the form org.couchdb.user:name" : null)
            ?? RefuseHash(body)
            ?? RefuseSystemRoles(body)
            ?? (name[0] == '_' ? "Username may not start with underscore."
                : name.Contains(':', StringComparison.Ordinal) ? "Character `:` is not allowed in usernames."
                : null);
        return reason is null ? null : Forbidden(reason);
    }

    /// <summary>The roles in a document, sorted.</summary>
    public static IReadOnlyList<string> Roles(NormalJson body) => body.Member("roles"u8) is { IsArray: true } roles
        ? [.. roles.Elements().Where(static role => role.IsText).Select(static role => role.Text()).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The password in clear that a document has.</summary>
    /// <param name="body">Its body.</param>
    /// <param name="password">The password; null where there is none.</param>
    /// <returns>The error where it is no text.</returns>
    public static DocumentError? FindPassword(NormalJson body, out string? password)
    {
        password = null;
        if (body.Member("password"u8) is not { IsNull: false } given)
        {
            return null;
        }

        if (!given.IsText)
        {
            return Forbidden($"Password value of '{Encoding.UTF8.GetString(given.Utf8.Span)}' is invalid.");
        }

        password = given.Text();
        return null;
    }

    /// <summary>The salt that a document wants to keep; null where a new password gets a new one.</summary>
    public static string? KeptSalt(NormalJson body) =>
        body.Member("preserve_salt"u8) is { Boolean: true } ? TextOf(body, "salt"u8) : null;

    /// <summary>A document's body with the hash of its password in the password's place.</summary>
    public static byte[] WithHash(NormalJson body, StoredPassword password)
    {
        ArgumentNullException.ThrowIfNull(password);
        using var json = new JsonBuffer(body.Utf8.Length + 512);
        json.Raw("{"u8);
        password.WriteMembers(json);
        foreach (var (name, value) in body.Members())
        {
            if (Array.IndexOf(OfPassword, name) < 0)
            {
                json.Text(name).Raw(":"u8).Raw(value.Utf8.Span).Raw(","u8);
            }
        }

        var text = json.WrittenSpan.ToArray();
        text[^1] = (byte)'}';
        return text;
    }

    private static DocumentError Forbidden(string reason) => new(403, "forbidden", reason);

    private static string? TextOf(NormalJson body, ReadOnlySpan<byte> name) => body.Member(name) is { IsText: true } text ? text.Text() : null;

    private static string? RefuseRoles(NormalJson body) => body.Member("roles"u8) switch
    {
        null or { IsNull: true } => "doc.roles must exist",
        { IsArray: false } => "doc.roles must be an array",
        { } roles => roles.Elements().TrueForAll(static role => role.IsText) ? null : "doc.roles can only contain strings",
    };

    private static string? RefuseSystemRoles(NormalJson body) =>
        Roles(body).Any(static role => role.StartsWith('_') && role != "_metrics")
            ? "No system roles (starting with underscore) in users db."
            : null;

    private static string? RefuseHash(NormalJson body)
    {
        if (TextOf(body, "password_sha"u8) is { Length: > 0 } && string.IsNullOrEmpty(TextOf(body, "salt"u8)))
        {
            return "Users with password_sha must have a salt.";
        }

        if (body.Member("password_scheme"u8) is not { IsNull: false } given)
        {
            return null;
        }

        var scheme = given.IsText ? given.Text() : string.Empty;
        if (Array.IndexOf(Schemes, scheme) < 0)
        {
            return $"Password scheme `{scheme}` not supported.";
        }

        return scheme != "pbkdf2" ? null
            : !IsNumber(body.Member("iterations"u8)) ? "iterations must be a number."
            : TextOf(body, "derived_key"u8) is null ? "derived_key must be a string."
            : null;
    }

    private static bool IsNumber(NormalJson? value) =>
        value is { } number && double.TryParse(number.Utf8.Span, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
