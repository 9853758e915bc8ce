using System.Globalization;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Which of several media types an <c>Accept</c> header likes best, by the rules of CouchDB's <c>provides()</c>.</summary>
internal static class MediaTypes
{
    /// <summary>The best of the types; an empty text where none is acceptable.</summary>
    public static string Best(IReadOnlyList<string> supported, string accept)
    {
        var ranges = accept.Split(',').Select(Parse).ToList();
        string? best = null;
        var bestRank = "";
        var acceptable = false;
        for (var i = 0; i < supported.Count; i++)
        {
            var (fitness, quality) = Fit(Parse(supported[i]), ranges);

            // CouchDB sorts by the text of these, so that 90 would come after 100.
            var rank = string.Create(CultureInfo.InvariantCulture, $"{fitness},{quality},{i},{supported[i]}");
            if (best is null || string.CompareOrdinal(rank, bestRank) >= 0)
            {
                (best, bestRank, acceptable) = (supported[i], rank, quality != 0);
            }
        }
        return acceptable ? best! : "";
    }

    private static (int Fitness, double Quality) Fit(MediaRange target, List<MediaRange> ranges)
    {
        var (fitness, quality) = (-1, 0.0);
        foreach (var range in ranges)
        {
            if (!Matches(range.Type, target.Type) || !Matches(range.Subtype, target.Subtype))
            {
                continue;
            }

            var parameters = target.Parameters.Count(p => p.Key != "q" && range.Parameters.TryGetValue(p.Key, out var value) && value == p.Value);
            var score = (range.Type == target.Type ? 100 : 0) + (range.Subtype == target.Subtype ? 10 : 0) + parameters;
            if (score > fitness)
            {
                (fitness, quality) = (score, range.Quality);
            }
        }
        return (fitness, quality);
    }

    private static bool Matches(string one, string other) => one == other || one == "*" || other == "*";

    private static MediaRange Parse(string text)
    {
        var parts = text.Split(';');
        var type = parts[0].Trim();
        if (type == "*")
        {
            type = "*/*";
        }

        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            var pair = part.Split('=');
            if (pair.Length == 2)
            {
                parameters[pair[0].Trim()] = pair[1].Trim();
            }
        }

        var slash = type.IndexOf('/', StringComparison.Ordinal);
        var quality = parameters.TryGetValue("q", out var q)
            && double.TryParse(q, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1
            ? number
            : 1;
        return new MediaRange(slash < 0 ? type : type[..slash], slash < 0 ? "" : type[(slash + 1)..], quality, parameters);
    }

    private sealed record MediaRange(string Type, string Subtype, double Quality, Dictionary<string, string> Parameters);
}
