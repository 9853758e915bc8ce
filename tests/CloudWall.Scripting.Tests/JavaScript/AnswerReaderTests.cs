using System.Text;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.JavaScript;

/// <summary>Answers that are cut off, go on after their end, or have other members than they should are failed calls.</summary>
public sealed class AnswerReaderTests
{
    /// <summary>Two documents, two functions.</summary>
    private const string Rows = """[[[["k",1],[{"a":[2]},null]],[]],[[],[[3,"v"]]]]""";

    [Fact]
    public void Rows_are_read()
    {
        using var results = new MapResults();
        Assert.Equal(2, Read(Rows, results));
        Assert.Equal(
            ["5.0 \"k\":1", "5.0 {\"a\":[2]}:null", "6.1 3:\"v\""],
            Enumerable.Range(0, results.Count).Select(i => results[i])
                .Select(static row => $"{row.Document}.{row.Function} {Scripts.Text(row.Key)}:{Scripts.Text(row.Value)}"));
    }

    [Fact]
    public void Rows_that_are_cut_off_fail_wherever_that_is()
    {
        for (var length = 0; length < Rows.Length; length++)
        {
            using var results = new MapResults();
            var failure = Assert.Throws<ScriptException>(() => Read(Rows[..length], results));
            Assert.Equal("InternalError", failure.Error);
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"[]\"")]
    [InlineData("[]")]
    [InlineData("[[]]")]
    [InlineData("[[[],[]]]")]
    [InlineData("[[[],[]],[[],[]],[[],[]]]")]
    [InlineData("[[[]],[[],[]]]")]
    [InlineData("[[[],[],[]],[[],[]]]")]
    [InlineData("[[[],[]],[[],{}]]")]
    [InlineData("[[[],[]],[[],null]]")]
    [InlineData("[[[[]],[]],[[],[]]]")]
    [InlineData("[[[[1]],[]],[[],[]]]")]
    [InlineData("[[[[1,2,3]],[]],[[],[]]]")]
    [InlineData("[[[[1,2],3],[]],[[],[]]]")]
    [InlineData("[[[{\"0\":1,\"1\":2}],[]],[[],[]]]")]
    [InlineData("[[[[1,2]],[]],[[],[]]] ]")]
    [InlineData("[[[[1,2]],[]],[[],[]]][]")]
    [InlineData("[[[[1,2]],[]],[[],[]]] x")]
    [InlineData("[[[[1,02]],[]],[[],[]]]")]
    [InlineData("[[[[1,undefined]],[]],[[],[]]]")]
    [InlineData("[[[[1,NaN]],[]],[[],[]]]")]
    [InlineData("[[[[1,'a']],[]],[[],[]]]")]
    [InlineData("[[[[1,\"\u0001\"]],[]],[[],[]]]")]
    [InlineData("[[[[1,\"\\x\"]],[]],[[],[]]]")]
    public void Rows_of_another_shape_fail(string answer)
    {
        using var results = new MapResults();
        Assert.Equal("InternalError", Assert.Throws<ScriptException>(() => Read(answer, results)).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[[]]")]
    [InlineData("[[1]]")]
    [InlineData("[[1,2,3]]")]
    [InlineData("[[1,2],[3,4]]")]
    [InlineData("[[1,2]")]
    [InlineData("[[1,2]]]")]
    [InlineData("[[1,2]]1")]
    [InlineData("{\"a\":[1,2]}")]
    [InlineData("[{\"a\":1,\"b\":2}]")]
    public void Reductions_are_as_many_as_there_are_functions(string answer) =>
        Fails(static json => JavaScriptReduces.Read(json, 2), answer);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1 2")]
    [InlineData("{} {}")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("}")]
    [InlineData("{\"a\"}")]
    [InlineData("\"a")]
    [InlineData("\"a\"b")]
    [InlineData("nul")]
    [InlineData("1,")]
    [InlineData("\uFEFF1")]
    public void An_answer_is_one_value(string answer)
    {
        Fails(static json => DriverError.ReadValue(json), answer);
        Fails(static json => DriverError.ReadValues(json), answer);
        Fails(static json => DriverError.Decode(json), answer);
        Fails(static json => Verdict.Read(json), answer);
        Assert.Equal("InternalError", DriverError.Read(Encoding.UTF8.GetBytes(answer)).Error);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("\"a\"")]
    [InlineData("[1")]
    [InlineData("[1][2]")]
    [InlineData("[1,]")]
    public void An_answer_of_several_values_is_a_list(string answer) => Fails(static json => DriverError.ReadValues(json), answer);

    [Theory]
    [InlineData("7")]
    [InlineData("[\"a\"]")]
    [InlineData("\"a\" \"b\"")]
    [InlineData("\"a\",")]
    [InlineData("\"\\u12\"")]
    public void What_is_sent_is_one_string(string answer) => Fails(static json => DriverError.Decode(json), answer);

    [Theory]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("[\"a\"]")]
    [InlineData("[1,2]")]
    [InlineData("[\"a\",1,2]")]
    [InlineData("[\"a\",1] 2")]
    [InlineData("{\"a\":1}")]
    public void An_error_that_is_none_is_an_error_nevertheless(string answer) =>
        Assert.Equal(("InternalError", "the engine's answer cannot be read"), Pair(DriverError.Read(Encoding.UTF8.GetBytes(answer))));

    [Fact]
    public void Names_that_end_in_the_middle_of_a_character_are_errors_too() =>
        Assert.Equal("a\uFFFD", DriverError.Read("[\"a\\ud800\",1]"u8).Error);

    /// <summary>A function may emit millions of rows, and nobody wait for them any more.</summary>
    [Fact]
    public void Reading_many_rows_can_be_given_up()
    {
        var looks = 0;
        using var results = new MapResults();
        var answer = Encoding.UTF8.GetBytes($"[[[[0,0]{string.Concat(Enumerable.Repeat(",[0,0]", 100_000))}]]]");
        Assert.Throws<OperationCanceledException>(() => RowReader.Read(
            answer, 0, 1, ..1, int.MaxValue, results, () => _ = ++looks == 3 ? throw new OperationCanceledException() : true));
        Assert.InRange(results.Count, 3, 50_000);
    }

    /// <summary>Half a character in one row makes it no slower to read the others, and is all that is replaced.</summary>
    [Fact]
    public void Halves_of_characters_are_replaced_wherever_they_are()
    {
        using var results = new MapResults();
        Assert.Equal(2, Read("""[[[["\ud800x\\ud800","\ud83d\ude00"],["\\","\u0041\ude00"]],[]],[[],[[3,"\n"]]]]""", results));
        Assert.Equal(
            ["\"\uFFFDx\\\\ud800\":\"\\ud83d\\ude00\"", "\"\\\\\":\"\\u0041\uFFFD\"", "3:\"\\n\""],
            Enumerable.Range(0, results.Count).Select(i => results[i]).Select(static row => $"{Scripts.Text(row.Key)}:{Scripts.Text(row.Value)}"));
    }

    private static (string Error, string Reason) Pair(ScriptException failure) => (failure.Error, failure.Reason);

    private static int Read(string answer, MapResults results) =>
        RowReader.Read(Encoding.UTF8.GetBytes(answer), 5, 2, ..2, int.MaxValue, results);

    private static void Fails<T>(AnswerReader<T> read, string answer) =>
        Assert.Equal("InternalError", Assert.Throws<ScriptException>(() => read(Encoding.UTF8.GetBytes(answer))).Error);
}
