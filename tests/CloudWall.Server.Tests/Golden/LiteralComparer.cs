using System.Globalization;

namespace CloudWall.Server.Tests.Golden;

/// <summary>Compares a value with a recorded one, by the rules of an exchange; see tests/golden/README.md.</summary>
internal sealed class LiteralComparer(ComparisonRules rules)
{
    private readonly string[][] _volatile = [.. rules.Volatile.Select(pointer => pointer.Split('/'))];
    private readonly string[][] _unordered = [.. rules.Unordered.Select(pointer => pointer.Split('/'))];

    /// <summary>All places where the two differ.</summary>
    public IReadOnlyList<Difference> Compare(Literal expected, Literal actual)
    {
        var differences = new List<Difference>();
        Compare(expected, actual, "", differences);
        return differences;
    }

    private void Compare(Literal expected, Literal actual, string at, List<Difference> differences)
    {
        if (IsAmong(_volatile, at))
        {
            return;
        }

        var equal = true;
        if (Masks.IsMask(expected))
        {
            equal = Masks.Accepts(expected, actual);
        }
        else
        {
            switch (expected, actual)
            {
                case (LiteralNumber e, LiteralNumber a):
                    equal = e.Text == a.Text || (rules.LooseNumbers && NearlyEqual(e.Approximate, a.Approximate));
                    break;
                case (LiteralString e, LiteralString a):
                    equal = e.Value == a.Value;
                    break;
                case (LiteralWord e, LiteralWord a):
                    equal = e == a;
                    break;
                case (LiteralArray e, LiteralArray a) when IsAmong(_unordered, at):
                    CompareBags(e, a, at, differences);
                    break;
                case (LiteralArray e, LiteralArray a):
                    CompareArrays(e, a, at, differences);
                    break;
                case (LiteralObject e, LiteralObject a):
                    CompareObjects(e, a, at, differences);
                    break;
                default:
                    equal = false;
                    break;
            }
        }

        if (!equal)
        {
            Report(differences, at, Difference.Clip(expected), Difference.Clip(actual));
        }
    }

    private void CompareArrays(LiteralArray expected, LiteralArray actual, string at, List<Difference> differences)
    {
        for (var i = 0; i < Math.Max(expected.Items.Count, actual.Items.Count); i++)
        {
            var here = at + "/" + i.ToString(CultureInfo.InvariantCulture);
            var e = i < expected.Items.Count ? expected.Items[i] : null;
            var a = i < actual.Items.Count ? actual.Items[i] : null;
            if (e is not null && a is not null)
            {
                Compare(e, a, here, differences);
            }
            else if (!IsAmong(_volatile, here))
            {
                Report(differences, here, Difference.Clip(e), Difference.Clip(a));
            }
        }
    }

    private void CompareBags(LiteralArray expected, LiteralArray actual, string at, List<Difference> differences)
    {
        var left = actual.Items.ToList();
        foreach (var item in expected.Items)
        {
            var match = left.FindIndex(candidate =>
            {
                var unequal = new List<Difference>();
                Compare(item, candidate, at + "/0", unequal);
                return unequal.Count == 0;
            });
            if (match >= 0)
            {
                left.RemoveAt(match);
            }
            else
            {
                Report(differences, at, "among its elements " + Difference.Clip(item), Difference.Clip(actual));
            }
        }

        foreach (var item in left)
        {
            Report(differences, at, $"{expected.Items.Count} elements", "besides them " + Difference.Clip(item));
        }
    }

    private void CompareObjects(LiteralObject expected, LiteralObject actual, string at, List<Difference> differences)
    {
        foreach (var name in expected.Members.Concat(actual.Members).Select(member => member.Key).Distinct(StringComparer.Ordinal))
        {
            var here = at + "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
            if (expected[name] is { } e && actual[name] is { } a)
            {
                Compare(e, a, here, differences);
            }
            else if (!IsAmong(_volatile, here))
            {
                Report(differences, here, Difference.Clip(expected[name]), Difference.Clip(actual[name]));
            }
        }

        var repeated = actual.Members.Count - actual.Members.DistinctBy(member => member.Key).Count();
        if (repeated != expected.Members.Count - expected.Members.DistinctBy(member => member.Key).Count())
        {
            Report(differences, at, "no repeated members", $"{repeated} repeated members");
        }

        if (rules.Order)
        {
            var e = string.Join(' ', expected.Members.Select(member => member.Key));
            var a = string.Join(' ', actual.Members.Select(member => member.Key));
            if (e != a)
            {
                Report(differences, at, "members in the order " + e, a);
            }
        }
    }

    private static void Report(List<Difference> differences, string at, string expected, string actual) =>
        differences.Add(new Difference(at.Length == 0 ? "/" : at, expected, actual));

    private static bool NearlyEqual(double e, double a) => Math.Abs(a - e) <= 1e-9 * Math.Max(1, Math.Abs(e));

    private static bool IsAmong(string[][] patterns, string at)
    {
        if (patterns.Length == 0)
        {
            return false;
        }

        var steps = at.Split('/');
        return patterns.Any(pattern => Matches(pattern, steps));
    }

    // "*" is any one step, "**" any number of them but none.
    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> steps)
    {
        if (pattern.IsEmpty || steps.IsEmpty)
        {
            return pattern.IsEmpty && steps.IsEmpty;
        }

        if (pattern[0] == "**")
        {
            for (var taken = 1; taken <= steps.Length; taken++)
            {
                if (Matches(pattern[1..], steps[taken..]))
                {
                    return true;
                }
            }

            return false;
        }

        return (pattern[0] == "*" || pattern[0] == steps[0]) && Matches(pattern[1..], steps[1..]);
    }
}

/// <summary>What an exchange says about comparing JSON.</summary>
internal sealed record ComparisonRules(
    IReadOnlyList<string> Volatile, IReadOnlyList<string> Unordered, bool Order = false, bool LooseNumbers = false)
{
    public static readonly ComparisonRules Strict = new([], []);
}
