namespace CloudWall.Access.Tokens;

/// <summary>What a token names its key by, as <c>[jwt_keys]</c> does: <c>hmac:ID</c>, <c>rsa:ID</c> or <c>ec:ID</c>.</summary>
/// <param name="Kind">The kind, which follows from the algorithm.</param>
/// <param name="Id">The id: <c>kid</c> of the header, or <see cref="DefaultId"/>.</param>
public readonly record struct TokenKeyName(TokenKeyKind Kind, string Id)
{
    /// <summary>The id of the key for tokens that name none.</summary>
    public const string DefaultId = "_default";

    /// <summary>What the names of keys of a kind begin with.</summary>
    public static string PrefixOf(TokenKeyKind kind) => kind switch
    {
        TokenKeyKind.Secret => "hmac:",
        TokenKeyKind.Rsa => "rsa:",
        _ => "ec:",
    };

    /// <summary>Reads a name; null where it is none.</summary>
    public static TokenKeyName? TryParse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var kind in Enum.GetValues<TokenKeyKind>())
        {
            var prefix = PrefixOf(kind);
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return new TokenKeyName(kind, name[prefix.Length..]);
            }
        }

        return null;
    }
}
