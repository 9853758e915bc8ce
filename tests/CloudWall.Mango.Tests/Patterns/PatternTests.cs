using System.Text;
using System.Text.Json;
using CloudWall.Mango.Patterns;
using CsCheck;

namespace CloudWall.Mango.Tests.Patterns;

public sealed class PatternTests
{
    /// <summary>
    /// <c>recorded.jsonl</c> has what a CouchDB 3.5.0 answers to <c>_find</c> with <c>$regex</c>: texts, and for each pattern which of them
    /// match, or nothing where it is refused.
    /// </summary>
    [Fact]
    public void Patterns_mean_what_they_mean_to_a_CouchDB()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Patterns", "recorded.jsonl"));
        var texts = JsonDocument.Parse(lines[0]).RootElement.GetProperty("texts").EnumerateArray()
            .Select(static text => Encoding.UTF8.GetBytes(text.GetString()!)).ToArray();
        var wrong = new List<string>();
        foreach (var line in lines.Skip(1))
        {
            var recorded = JsonDocument.Parse(line).RootElement;
            var pattern = recorded.GetProperty("pattern").GetString()!;
            var expected = recorded.TryGetProperty("matches", out var matches) ? matches.GetRawText() : "refused";
            var compiled = Pattern.TryParse(Encoding.UTF8.GetBytes(pattern));
            var actual = compiled is null ? "refused"
                : $"[{string.Join(',', Enumerable.Range(0, texts.Length).Where(i => compiled.IsMatch(texts[i])))}]";
            if (actual != expected)
            {
                wrong.Add($"{pattern}: {actual} instead of {expected}");
            }
        }

        Assert.True(lines.Length > 300);
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {lines.Length - 1}:\n" + string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("^(a+)+$", 40)]
    [InlineData("^(a|a)*$", 40)]
    [InlineData("^(a|aa)+$", 60)]
    [InlineData(@"^(a+)+\1$", 40)]
    [InlineData("(x+x+)+y", 5000)]
    [InlineData("^(?:(?=a)a+)+$", 40)]
    [InlineData("(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^x]z", 2000)]
    [InlineData("^(?:a?){60}a{60}z", 60)]
    public void A_pattern_that_explodes_ends(string pattern, int length)
    {
        var compiled = Pattern.TryParse(Encoding.UTF8.GetBytes(pattern))!;
        var text = Encoding.UTF8.GetBytes(new string(pattern.Contains('x', StringComparison.Ordinal) ? 'x' : 'a', length) + "!");
        Assert.False(compiled.IsMatch(text));
    }

    /// <summary>They have no steps, but 65535 turns within each of 65535, or lengths beyond all numbers.</summary>
    [Theory]
    [InlineData("(?:(?:(?:){65535}){65535}){65535}")]
    [InlineData("(?:(?:(?:){0,65535}){65535}){65535}")]
    [InlineData("(?<=(?:a{65535}){65535})")]
    public void A_pattern_that_is_too_large_is_none(string pattern) => Assert.Null(Pattern.TryParse(Encoding.UTF8.GetBytes(pattern)));

    [Fact]
    public void Large_texts_are_searched()
    {
        var text = new byte[4 << 20];
        text.AsSpan().Fill((byte)'a');
        text[^1] = (byte)'z';
        foreach (var pattern in new[] { "z$", "a+z", "(ab|az)$", ".*z", "^.*z$", "^(?:a|b)*z$", "[^z]*z", "b|z", @"\Bz\b" })
        {
            Assert.True(Pattern.TryParse(Encoding.UTF8.GetBytes(pattern))!.IsMatch(text), pattern);
        }
    }

    /// <summary>An automaton and one that tries agree wherever there is an automaton.</summary>
    [Fact]
    public void An_automaton_finds_what_trying_finds() => Gen.Select(
        Gen.Int[0, Regular.Length - 1].Array[1, 8], Gen.Int[0, 5].Array[0, 8]).Sample(
        (pieces, letters) =>
        {
            var parsed = PatternParser.Parse(Encoding.UTF8.GetBytes(string.Concat(pieces.Select(static piece => Regular[piece]))));
            if (parsed is null || AutomatonCode.TryBuild(parsed.Body) is not { } code)
            {
                return;
            }

            var text = letters.Select(static letter => "ab\n_ c"u8[letter]).ToArray();
            var start = new PatternStart(parsed.Body);
            Assert.Equal(
                new Backtracker(PatternCompiler.Compile(parsed), start).IsMatch(text), new Automaton(code, start.IsAnchored).IsMatch(text));
        },
        iter: 30_000);

    private static readonly string[] Regular =
    [
        "a", "b", ".", "^", "$", "|", "(", ")", "*", "+", "?", "{2}", "{1,3}", "[ab]", "[^a]", "\\b", "\\B", "\\w", "\\n", "(?m)", "(?s)", "\\Z", "\\z",
        "\\A", "*?", "_", "(a|b)", "(?:a*)*",
    ];

    /// <summary>Whatever is given is read or refused, and what is read ends.</summary>
    [Fact]
    public void Any_text_is_a_pattern_or_none() => Gen.Int[0, Pieces.Length - 1].Array[0, 10].Sample(
        pieces =>
        {
            var pattern = Pattern.TryParse(Encoding.UTF8.GetBytes(string.Concat(pieces.Select(static piece => Pieces[piece]))));
            pattern?.IsMatch("abcé ab\n12"u8);
        },
        iter: 20_000);

    private static readonly string[] Pieces =
    [
        "a", "b", "é", ".", "^", "$", "|", "(", ")", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "*", "+", "?", "{2}", "{1,3}", "{", "}", "[",
        "]", "[^", "-", "\\", "\\d", "\\w", "\\b", "\\1", "\\Q", "\\E", "(?i)", "(?x)", "(?R)", "(?1)", "(?<n>", "\\k<n>", "(?(1)", "[:alpha:]",
        "\\x{", "\\p{L}", "#", " ", "(*ACCEPT)", "(*COMMIT)", "\\K", "\\R", "\\X", "(?|",
    ];
}
