using System.Buffers;
using System.Text.RegularExpressions;

namespace CloudWall.Server.Tests.Golden;

/// <summary>
/// A mask stands in a recorded value for what differs from run to run: an object with one member whose name says what is accepted.
/// </summary>
internal static class Masks
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private static readonly Dictionary<string, Func<Literal, Literal, bool>> Known = new(StringComparer.Ordinal)
    {
        ["$any"] = (_, _) => true,
        ["$seq"] = (value, number) => value is LiteralString text && SaysSequence(text.Value, number.ToText()),
        ["$uuid"] = (value, _) => value is LiteralString text && IsLowerHex(text.Value),
        ["$int"] = (value, _) => value is LiteralNumber { IsInteger: true },
        ["$num"] = (value, _) => value is LiteralNumber,
        ["$str"] = (value, _) => value is LiteralString,
        ["$rev"] = (value, generation) => value is LiteralString text && IsRevision(text.Value, generation as LiteralNumber),
        ["$re"] = (value, pattern) => value is LiteralString text
            && Regex.IsMatch(text.Value, ((LiteralString)pattern).Value, RegexOptions.Singleline | RegexOptions.CultureInvariant),
        ["$bookmark"] = (value, _) => value is LiteralString { Value: not "" and not "nil" },
        ["$array"] = (value, length) => value is LiteralArray array
            && (length is not LiteralNumber number || array.Items.Count == (int)number.Approximate),
        ["$object"] = (value, _) => value is LiteralObject,
    };

    /// <summary>Whether the recorded value is a mask.</summary>
    public static bool IsMask(Literal recorded) => recorded is LiteralObject { Members: [var only] } && Known.ContainsKey(only.Key);

    /// <summary>Whether the mask accepts the value.</summary>
    public static bool Accepts(Literal mask, Literal value)
    {
        var (kind, argument) = ((LiteralObject)mask).Members[0];
        return Known[kind](value, argument);
    }

    private static bool SaysSequence(string text, string number) =>
        text == number || text.StartsWith(number + "-", StringComparison.Ordinal);

    private static bool IsLowerHex(ReadOnlySpan<char> text) => text.Length == 32 && !text.ContainsAnyExcept(LowerHex);

    private static bool IsRevision(string text, LiteralNumber? generation)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || !IsLowerHex(text.AsSpan(dash + 1)))
        {
            return false;
        }

        return generation is null ? !text.AsSpan(0, dash).ContainsAnyExceptInRange('0', '9') : text[..dash] == generation.Text;
    }
}
