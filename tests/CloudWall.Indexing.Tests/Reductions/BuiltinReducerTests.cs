using System.Globalization;
using System.Text;
using CloudWall.Documents;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Views;
using CsCheck;

namespace CloudWall.Indexing.Tests.Reductions;

/// <summary>Values and errors that a CouchDB 3.5.0 gave for the same rows.</summary>
public sealed class BuiltinReducerTests
{
    private const string SumReason =
        "The _sum function requires that map values be numbers, arrays of numbers, or objects. Objects cannot be mixed with other data "
        + "structures. Objects can be arbitrarily nested, provided that the values for all fields are themselves numbers, arrays of "
        + "numbers, or objects.";

    [Theory]
    [InlineData("_sum", "1 2 3.5", "6.5")]
    [InlineData("_sum", "1.5 1.5", "3.0")]
    [InlineData("_sum", "9223372036854775807 9223372036854775807", "18446744073709551614")]
    [InlineData("_sum", "[1] 2 [3,4]", "[6,4]")]
    [InlineData("_sum", "[]", "[0]")]
    [InlineData("_sum", "{\"b\":1,\"a\":2}", "{\"b\":1,\"a\":2}")]
    [InlineData("_sum", "{\"a\":1,\"b\":2} {\"a\":[1,2],\"c\":{\"d\":3}}", "{\"a\":[2,2],\"b\":2,\"c\":{\"d\":3}}")]
    [InlineData("_stats", "1 1 2.5", "{\"sum\":4.5,\"count\":3,\"min\":1,\"max\":2.5,\"sumsqr\":8.25}")]
    [InlineData("_stats", "{\"sum\":1,\"count\":1,\"min\":1,\"max\":1,\"sumsqr\":1} 4", "{\"sum\":5,\"count\":2,\"min\":1,\"max\":4,\"sumsqr\":17}")]
    [InlineData(
        "_stats",
        "[1,2] [3,4]",
        "[{\"sum\":4,\"count\":2,\"min\":1,\"max\":3,\"sumsqr\":10},{\"sum\":6,\"count\":2,\"min\":2,\"max\":4,\"sumsqr\":20}]")]
    [InlineData("_count", "null 1 2", "3")]
    [InlineData("_top_3", "3 1 2 3 \"b\" \"a\" null [1]", "[[1],\"b\",\"a\"]")]
    [InlineData("_bottom_3", "3 1 2 3 \"b\" \"a\" null [1]", "[null,1,2]")]
    [InlineData("_first", "3 1 2", "3")]
    [InlineData("_last", "3 1 2", "2")]
    [InlineData("_approx_count_distinct", "1 2 3", "3")]
    public void Builtin_functions_give_what_couchdb_gives(string function, string values, string expected)
    {
        Assert.Equal(expected, Reduce(function, values.Split(' ')));
        Assert.Equal(expected, ReduceByOne(function, values.Split(' ')));
    }

    [Fact]
    public void A_sum_of_numbers_is_what_comes_of_adding_them_one_by_one() => Gen.OneOf(
            Gen.Long.Select(static n => n.ToString(CultureInfo.InvariantCulture)),
            Gen.Int[-100, 100].Select(static n => n.ToString(CultureInfo.InvariantCulture)),
            Gen.Const("9007199254740993"),
            Gen.Const("-9007199254740993"),
            Gen.Const("18446744073709551616"),
            Gen.Const("-0.0"),
            Gen.Const("1.0e22"),
            Gen.Const("5.0e-324"),
            Gen.Double[-1000, 1000].Select(static n => ErlangNumber.OfReal(n).ToString()))
        .Array[1, 20]
        .Sample(values =>
        {
            var sum = ErlangNumber.Of(0);
            foreach (var value in values)
            {
                sum = ErlangNumber.Read(Encoding.ASCII.GetBytes(value)) + sum;
            }

            Assert.Equal(sum.ToString(), Reduce("_sum", values));
        });

    [Theory]
    [InlineData("1 \"a\"", "\"a\"")]
    [InlineData("null 1", "null")]
    [InlineData("[1,2] [3,\"x\",4]", "[\"x\",4]")]
    [InlineData("{\"a\":\"x\"} {\"a\":1}", "\"x\"")]
    public void A_sum_of_what_cannot_be_added_is_an_error_object(string values, string cause) => Assert.Equal(
        $"{{\"error\":\"builtin_reduce_error\",\"reason\":\"{SumReason}\",\"caused_by\":{cause}}}", Reduce("_sum", values.Split(' ')));

    [Fact]
    public void A_sum_that_is_an_error_spoils_those_that_it_is_part_of()
    {
        var reducer = Reducer.Create("_sum", new NoFunctions());
        var bad = reducer.Reduce([Rows("1", "\"a\"")], CancellationToken.None)[0];
        Assert.Equal(bad, reducer.Rereduce([["1"u8.ToArray(), bad, "2"u8.ToArray()]], CancellationToken.None)[0]);
    }

    [Fact]
    public void A_sum_that_grows_with_its_input_is_an_error() => Assert.Contains(
        "Reduce output must shrink more rapidly",
        Reduce("_sum", [.. Enumerable.Range(0, 1000).Select(n => $"{{\"member{n}\":{n}}}")]),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("1 \"a\"", "The _stats function requires that map values be numbers or arrays of numbers, not '<<\"a\">>'")]
    [InlineData("\"a\" 1", "non-numeric _stats input: <<97>>")]
    [InlineData("null", "non-numeric _stats input: null")]
    [InlineData("1 {\"a\":1}", "user _stats input missing required field sum ([{<<\"a\">>,1}])")]
    [InlineData("1 [3]", "The _stats function requires that map values be numbers or arrays of numbers, not '[3]'")]
    [InlineData("{\"sum\":\"x\",\"count\":1,\"min\":1,\"max\":1,\"sumsqr\":1}", "non-numeric _stats input received for sum: <<120>>")]
    public void Stats_of_what_is_no_number_end_the_build(string values, string reason)
    {
        var failure = Assert.Throws<DocumentException>(() => Reduce("_stats", values.Split(' ')));
        Assert.Equal(new DocumentError(500, "invalid_value", reason), failure.Error);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(100, 99)]
    [InlineData(500, 500)]
    [InlineData(1000, 996)]
    [InlineData(1500, 1485)]
    [InlineData(1800, 1796)]
    [InlineData(2000, 1982)]
    [InlineData(3000, 2954)]
    [InlineData(5000, 4956)]
    [InlineData(8000, 8004)]
    [InlineData(20_000, 19_320)]
    public void Distinct_keys_are_estimated_as_by_couchdb(int count, int expected)
    {
        var rows = Enumerable.Range(0, count)
            .Select(n => new ReduceRow(Key(n), Array.Empty<byte>(), "null"u8.ToArray())).ToArray();
        var reducer = Reducer.Create("_approx_count_distinct", new NoFunctions());
        var parts = reducer.Reduce([.. rows.Chunk(37).Select(chunk => (IReadOnlyList<ReduceRow>)chunk)], CancellationToken.None);
        var state = reducer.Rereduce([parts], CancellationToken.None)[0];
        Assert.Equal(expected.ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetString(reducer.Finish(state)));

        static byte[] Key(int n) => Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"[{n},\"k{n}\",{(n % 2 == 0 ? (n / 2).ToString(CultureInfo.InvariantCulture) : $"{n / 2}.5")}]"));
    }

    [Theory]
    [InlineData("_nope", "`_nope` is not a supported reduce function.")]
    [InlineData("_top_x", "invalid rank reducer")]
    [InlineData("_bottom_0", "rank value must be between 1 and 100")]
    public void Functions_that_couchdb_does_not_know_are_refused(string function, string reason) => Assert.Equal(
        reason, Assert.Throws<DocumentException>(() => Reducer.Create(function, new NoFunctions())).Error.Reason);

    private static string Reduce(string function, string[] values)
    {
        var reducer = Reducer.Create(function, new NoFunctions());
        return Encoding.UTF8.GetString(reducer.Finish(reducer.Reduce([Rows(values)], CancellationToken.None)[0]));
    }

    private static string ReduceByOne(string function, string[] values)
    {
        var reducer = Reducer.Create(function, new NoFunctions());
        var states = reducer.Reduce([.. values.Select((value, i) => (IReadOnlyList<ReduceRow>)[Row(value, i)])], CancellationToken.None);
        return Encoding.UTF8.GetString(reducer.Finish(reducer.Rereduce([states], CancellationToken.None)[0]));
    }

    private static ReduceRow[] Rows(params string[] values) => [.. values.Select(Row)];

    private static ReduceRow Row(string value, int i) =>
        new(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)), "id"u8.ToArray(), Encoding.UTF8.GetBytes(value));
}
