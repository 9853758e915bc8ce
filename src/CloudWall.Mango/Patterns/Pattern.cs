using System.Collections.Concurrent;

namespace CloudWall.Mango.Patterns;

/// <summary>
/// A regular expression of <c>$regex</c>: an automaton, which takes time with the length of the text, or one that tries. Thread-safe.
/// </summary>
internal sealed class Pattern
{
    private const int MostIdle = 8;

    private readonly Func<PatternMatcher> _create;
    private readonly ConcurrentBag<PatternMatcher> _idle = [];

    private Pattern(ParsedPattern parsed)
    {
        // What is too large for one that tries is refused, whether it needs it or not, as by PCRE.
        var code = PatternCompiler.Compile(parsed);
        var start = new PatternStart(parsed.Body);
        _create = AutomatonCode.TryBuild(parsed.Body) is { } automaton
            ? () => new Automaton(automaton, start.IsAnchored)
            : () => new Backtracker(code, start);
    }

    /// <summary>Compiles a pattern.</summary>
    /// <param name="utf8">The pattern.</param>
    /// <returns>Null where it is none.</returns>
    public static Pattern? TryParse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return PatternParser.Parse(utf8) is { } parsed ? new Pattern(parsed) : null;
        }
        catch (Exception failure) when (failure is PatternException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Whether a text has a match. Where that cannot be found out in bounded time, it has none.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        var matcher = _idle.TryTake(out var idle) ? idle : _create();
        var matches = matcher.IsMatch(text);
        if (_idle.Count < MostIdle)
        {
            _idle.Add(matcher);
        }

        return matches;
    }
}
