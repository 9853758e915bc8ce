using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.Views;

public sealed class ReduceTests
{
    private readonly Scripts _scripts = new();

    private static ReduceRow Row(string key, string id, string value) => new(Scripts.Utf8(key), Scripts.Utf8($"\"{id}\""), Scripts.Utf8(value));

    private static string[] Reduce(ReduceFunctions functions, params ReduceRow[] rows) =>
        [.. functions.Reduce(rows, TestContext.Current.CancellationToken).Select(Scripts.Text)];

    private static string Rereduce(ReduceFunctions functions, int function, params string[] values) =>
        Scripts.Text(functions.Rereduce(function, [.. values.Select(Scripts.Utf8)], TestContext.Current.CancellationToken));

    [Fact]
    public void Functions_get_pairs_of_key_and_id_and_values() =>
        Assert.Equal(
            ["[[[1,\"a\"],[[2],\"b\"]],[10,{\"x\":1}],false]", "2"],
            Reduce(
                _scripts.Reduces("function(keys, values, rereduce) { return [keys, values, rereduce]; }", "(k, v) => v.length"),
                Row("1", "a", "10"),
                Row("[2]", "b", "{\"x\":1}")));

    [Fact]
    public void Rereduce_gets_null_for_keys() =>
        Assert.Equal("[null,[1,2],true]", Rereduce(_scripts.Reduces("x => 0", "function(k, v, r) { return [k, v, r]; }"), 1, "1", "2"));

    [Fact]
    public void No_rows_are_reduced_to_what_the_function_makes_of_none() =>
        Assert.Equal(["0"], Reduce(_scripts.Reduces("function(k, v) { return sum(v); }")));

    [Fact]
    public void A_function_that_throws_gives_null()
    {
        Assert.Equal(["null", "1", "null"], Reduce(_scripts.Reduces("k => { throw 'x'; }", "k => 1", "k => undefined"), Row("1", "a", "1")));
        Assert.Equal(["function raised exception x"], _scripts.Logged);
    }

    [Fact]
    public void What_one_function_does_to_the_lists_no_other_sees() =>
        Assert.Equal(["1", "[1,2]"], Reduce(
            _scripts.Reduces("(k, v) => { v.sort((a, b) => b - a); return v.pop(); }", "(k, v) => v"), Row("1", "a", "1"), Row("2", "b", "2")));

    [Fact]
    public void A_variable_may_have_the_name_of_a_helper()
    {
        var functions = _scripts.Reduces("function(k, v) { sum = 0; for (var i in v) sum = sum + v[i]; return sum; }", "(k, v) => sum(v)");
        Assert.Equal("3", Reduce(functions, Row("1", "a", "1"), Row("2", "b", "2"))[0]);
        Assert.Equal("3", Rereduce(functions, 1, "1", "2"));
    }

    [Fact]
    public void There_is_no_require() => Assert.Equal(["\"undefined\""], Reduce(_scripts.Reduces("k => typeof require")));

    /// <summary>As a CouchDB 3.5.0 says of the same functions and rows.</summary>
    [Theory]
    [InlineData("function(k,v){ return 'x'.repeat(5000) }", "\"d\"", "29", "5004")]
    [InlineData("function(k,v){ var a = \"1\";\n return 'x'.repeat(5000) }", "\"d\"", "32", "5004")]
    [InlineData("function(k,v){ return 'é'.repeat(5000) }", "\"é€😀\"", "32", "5004")]
    public void The_size_of_what_goes_in_is_told_in_characters(string function, string id, string input, string output)
    {
        var failure = Assert.Throws<ScriptException>(() => Reduce(_scripts.Reduces(function), Row("1", id.Trim('"'), "1")));
        Assert.Equal($"Reduce output must shrink more rapidly: input size: {input} output size: {output}", failure.Reason);
    }

    [Fact]
    public void A_result_that_does_not_shrink_is_refused()
    {
        const string Grow = "function(k, v) { return v.concat(v); }";
        var rows = Enumerable.Range(0, 600).Select(i => Row(i.ToString(System.Globalization.CultureInfo.InvariantCulture), "a", "\"xxxxxxxxxx\"")).ToArray();
        var e = Assert.Throws<ScriptException>(() => Reduce(_scripts.Reduces(Grow), rows));
        Assert.Equal("reduce_overflow_error", e.Error);
        Assert.Matches("^Reduce output must shrink more rapidly: input size: [0-9]+ output size: 15603$", e.Reason);

        var logging = new Scripts(new ScriptLimits { ReduceLimit = ReduceLimit.Log });
        Assert.Single(Reduce(logging.Reduces(Grow), rows));
        Assert.StartsWith("reduce_overflow_error: ", Assert.Single(logging.Logged), StringComparison.Ordinal);

        var ignoring = new Scripts(new ScriptLimits { ReduceLimit = ReduceLimit.Ignore });
        Assert.Single(Reduce(ignoring.Reduces(Grow), rows));
        Assert.Empty(ignoring.Logged);
    }

    [Fact]
    public void Small_results_need_not_shrink() =>
        Assert.Equal(["[1,1]"], Reduce(_scripts.Reduces("(k, v) => v.concat(v)"), Row("1", "a", "1")));

    [Fact]
    public void What_does_not_compile_is_refused() =>
        Assert.Equal("compilation_error", Assert.Throws<ScriptException>(() => _scripts.Reduces("function(k, v) {")).Error);
}
