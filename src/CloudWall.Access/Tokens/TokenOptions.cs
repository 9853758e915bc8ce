namespace CloudWall.Access.Tokens;

/// <summary>Which JSON Web Tokens are taken: <c>[jwt_auth]</c> and <c>[jwt_keys]</c>.</summary>
public sealed record TokenOptions
{
    /// <summary><c>required_claims</c>.</summary>
    public TokenClaims Claims { get; init; } = TokenClaims.Usual;

    /// <summary><c>roles_claim_path</c>, or <c>roles_claim_name</c> as a path of one step: where the roles of a user stand.</summary>
    public IReadOnlyList<string> RolesPath { get; init; } = ["_couchdb.roles"];

    /// <summary><c>[jwt_keys]</c>.</summary>
    public IReadOnlyDictionary<TokenKeyName, TokenKey> Keys { get; init; } = new Dictionary<TokenKeyName, TokenKey>();

    /// <summary>Splits a path at its dots; <c>\.</c> is a dot in a name.</summary>
    public static IReadOnlyList<string> SplitPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var steps = new List<string>();
        var step = new System.Text.StringBuilder();
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '\\' && i + 1 < path.Length && path[i + 1] == '.')
            {
                step.Append(path[++i]);
            }
            else if (path[i] == '.')
            {
                steps.Add(step.ToString());
                step.Clear();
            }
            else
            {
                step.Append(path[i]);
            }
        }

        steps.Add(step.ToString());
        return steps;
    }
}
