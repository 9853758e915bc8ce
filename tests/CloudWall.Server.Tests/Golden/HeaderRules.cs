using System.Text.RegularExpressions;

namespace CloudWall.Server.Tests.Golden;

/// <summary>Which headers of an answer are compared, and how.</summary>
internal static partial class HeaderRules
{
    /// <summary>Recorded in place of a value: the header must be there, with any value.</summary>
    public const string AnyValue = "$any";

    /// <summary>Headers that an answer may only have where they are recorded.</summary>
    public static readonly IReadOnlyList<string> Watched =
    [
        "content-type", "etag", "location", "cache-control", "set-cookie", "content-encoding", "content-md5", "accept-ranges",
        "content-range", "content-disposition", "www-authenticate", "allow", "vary", "access-control-allow-origin",
        "access-control-allow-credentials", "access-control-allow-methods", "access-control-allow-headers",
        "access-control-expose-headers", "access-control-max-age", "x-couch-update-newrev", "content-security-policy",
    ];

    /// <summary>Compares the headers of an answer with the recorded ones.</summary>
    public static IEnumerable<Difference> Compare(
        IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> actual, IReadOnlyCollection<string> ignored)
    {
        foreach (var name in expected.Keys.Union(Watched).Except(ignored))
        {
            var want = expected.GetValueOrDefault(name);
            var have = actual.GetValueOrDefault(name);
            var same = want == AnyValue ? have is not null : Even(name, want) == Even(name, have);
            if (!same)
            {
                yield return new Difference(
                    "header " + name, want == AnyValue ? "any value" : Even(name, want) ?? "(absent)", Even(name, have) ?? "(absent)");
            }
        }
    }

    /// <summary>The value without what differs from run to run, and with the blanks of lists evened out.</summary>
    public static string? Even(string name, string? value)
    {
        if (value is null)
        {
            return null;
        }

        switch (name)
        {
            case "content-type":
                value = Boundary().Replace(value, "boundary=\"…\"");
                value = Separator().Replace(value, "; ");
                return Charset().Replace(value, match => match.Value.ToLowerInvariant());
            case "set-cookie":
                value = SessionCookie().Replace(value, "$1…");
                return CookieTimes().Replace(value, "$1…");
            case "allow" or "vary":
            case "access-control-allow-methods" or "access-control-allow-headers" or "access-control-expose-headers":
                return string.Join(", ", value.Split(',', StringSplitOptions.TrimEntries));
            default:
                return value;
        }
    }

    [GeneratedRegex("boundary=(\"[^\"]*\"|[^;]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Boundary();

    [GeneratedRegex(@";\s*")]
    private static partial Regex Separator();

    [GeneratedRegex("(?<=charset=)[^;]+", RegexOptions.IgnoreCase)]
    private static partial Regex Charset();

    [GeneratedRegex(@"(AuthSession=)[^;\n]+")]
    private static partial Regex SessionCookie();

    [GeneratedRegex(@"((?:Expires|Max-Age)=)[^;\n]+", RegexOptions.IgnoreCase)]
    private static partial Regex CookieTimes();
}
