using System.Text;
using CloudWall.Scripting.JavaScript;

namespace CloudWall.Scripting.Tests.JavaScript;

/// <summary>Of what functions throw, no more is told than anybody reads.</summary>
public sealed class ErrorTextTests
{
    [Theory]
    [InlineData("\"short\"", "short")]
    [InlineData("\"\\ud83d\\ude00 \\ud83d\"", "😀 \uFFFD")]
    [InlineData("{\"a\":[1]}", "{\"a\":[1]}")]
    [InlineData("null", "null")]
    public void What_is_short_is_told_whole(string reason, string expected) => Assert.Equal(expected, Read("\"e\"", reason).Reason);

    /// <summary>However many characters come before the place, none is taken apart there.</summary>
    [Theory]
    [InlineData("x", "x")]
    [InlineData("é", "é")]
    [InlineData("€", "€")]
    [InlineData("😀", "😀")]
    [InlineData("\\n", "\n")]
    [InlineData("\\\"", "\"")]
    [InlineData("\\u00e9", "é")]
    [InlineData("\\ud83d\\ude00", "😀")]
    [InlineData("\\uD83D\\uDE00", "😀")]
    [InlineData("\\ud83dx", "\uFFFDx")]
    [InlineData("\\ude00", "\uFFFD")]
    public void What_is_long_is_cut_between_two_characters(string json, string character)
    {
        for (var before = 0; before < 12; before++)
        {
            var failure = Read(
                "\"" + new string('-', before) + Times(json, ErrorText.MostName) + "\"",
                "\"" + new string('-', before) + Times(json, ErrorText.MostReason) + "\"");
            AssertCut(failure.Error, before, json, character, ErrorText.MostName);
            AssertCut(failure.Reason, before, json, character, ErrorText.MostReason);
            Assert.InRange(failure.ReasonJson.Length, 0, ErrorText.MostReason + 4);
            Scripts.AssertJson(failure.ReasonJson.Span);
        }
    }

    [Theory]
    [InlineData("[\"", "\\\"", "\"]")]
    [InlineData("[\"", "€", "\"]")]
    [InlineData("{\"a\":[1", ",\"😀\"", "]}")]
    public void A_long_value_that_is_no_string_is_told_as_the_beginning_of_its_text(string begin, string middle, string end)
    {
        var json = begin + Times(middle, ErrorText.MostReason) + end;
        var failure = Read("\"e\"", json);
        Assert.StartsWith(failure.Reason.TrimEnd('…'), json, StringComparison.Ordinal);
        Assert.InRange(failure.ReasonJson.Length, ErrorText.MostReason / 4, ErrorText.MostReason + 8);
        Scripts.AssertJson(failure.ReasonJson.Span);
    }

    [Fact]
    public void Lines_of_the_log_are_cut_too()
    {
        Assert.Equal("x", ErrorText.Logged("x"));
        Assert.Equal(new string('x', ErrorText.MostLogged - 1) + "…", ErrorText.Logged(new string('x', ErrorText.MostLogged - 1) + "😀"));
        Assert.Equal("x…", ErrorText.Words(Encoding.UTF8.GetBytes("x😀"), 4));
    }

    private static ScriptException Read(string name, string reason) => DriverError.Read(Encoding.UTF8.GetBytes($"[{name},{reason}]"));

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static void AssertCut(string text, int before, string json, string character, int most)
    {
        Assert.EndsWith("…", text, StringComparison.Ordinal);
        var middle = text[before..^1];
        Assert.Equal("", middle.Replace(character, "", StringComparison.Ordinal).Trim(character[0]));
        Assert.InRange(middle.Length / character.Length * Encoding.UTF8.GetByteCount(json), most - 32, most);
    }
}
