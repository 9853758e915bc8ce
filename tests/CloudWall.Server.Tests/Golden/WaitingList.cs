namespace CloudWall.Server.Tests.Golden;

/// <summary>
/// The exchanges that fail because they need what the server does not do yet, from <c>waiting.txt</c>. The list can only shrink: an
/// exchange on it that passes fails its scenario, as does one that fails and is not on it.
/// </summary>
internal sealed class WaitingList
{
    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);

    private WaitingList(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                var columns = line.Split("  ", 2, StringSplitOptions.TrimEntries);
                _reasons.Add(columns[0], columns.Length > 1 ? columns[1] : "");
            }
        }
    }

    /// <summary>What each exchange waits for, by its label.</summary>
    public IReadOnlyDictionary<string, string> Reasons => _reasons;

    public static WaitingList Load() => new(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "waiting.txt")));

    /// <summary>A list for a server of which nothing is forgiven.</summary>
    public static WaitingList Empty() => new([]);

    public static WaitingList Parse(string text) => new(text.Split('\n'));

    /// <summary>The name of an exchange in the list.</summary>
    public static string Label(string area, string scenario, int index) => $"{area}/{scenario}#{index}";

    /// <summary>One line for each exchange whose outcome is not the one that the list says.</summary>
    public IReadOnlyList<string> Surprises(string area, string scenario, IEnumerable<ExchangeResult> results)
    {
        var surprises = new List<string>();
        foreach (var result in results)
        {
            var label = Label(area, scenario, result.Exchange.Index);
            var waits = _reasons.TryGetValue(label, out var reason);
            if (waits == result.Passed)
            {
                surprises.Add(waits ? $"{label} passes: remove it from waiting.txt ({reason})" : result.Describe(label));
            }
        }

        return surprises;
    }
}
