using System.Collections.Concurrent;

namespace CloudWall.Mango.Patterns;

/// <summary>A regular expression of <c>$regex</c>. Thread-safe.</summary>
internal sealed class Pattern
{
    private const int MostIdle = 8;

    private readonly PatternCode _code;
    private readonly PatternStart _start;
    private readonly ConcurrentBag<Backtracker> _idle = [];

    private Pattern(ParsedPattern parsed)
    {
        _code = PatternCompiler.Compile(parsed);
        _start = new PatternStart(parsed.Body);
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
        catch (PatternException)
        {
            return null;
        }
    }

    /// <summary>Whether a text has a match. Where that cannot be found out in bounded time, it has none.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        var matcher = _idle.TryTake(out var idle) ? idle : new Backtracker(_code, _start);
        var matches = matcher.IsMatch(text);
        if (_idle.Count < MostIdle)
        {
            _idle.Add(matcher);
        }

        return matches;
    }
}
