using CloudWall.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Tests.Http;

public sealed class QueryTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a=1&b=2", "a=1|b=2")]
    [InlineData("a=1;b=2", "a=1|b=2")]
    [InlineData("a&b=", "a=|b=")]
    [InlineData("a=1&a=2", "a=1|a=2")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("key=%22x+y%2Bz%22", "key=\"x y+z\"")]
    [InlineData("&&a=1&", "=|=|a=1")]
    [InlineData("=x", "=x")]
    public void Reads_parameters_in_their_order(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Query.Parse(text).Select(static pair => pair.Key + "=" + pair.Value)));

    [Fact]
    public void The_first_of_two_counts()
    {
        var query = Query.Parse("a=1&a=2");
        Assert.Equal("1", query["a"]);
        Assert.True(query.Has("a"));
        Assert.Null(query["b"]);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData("false", false)]
    [InlineData("False", false)]
    public void Reads_booleans_in_any_case(string text, bool expected) => Assert.Equal(expected, Query.ParseBoolean(text));

    [Theory]
    [InlineData("limit=x", "Invalid value for integer: \"x\"")]
    [InlineData("limit=", "Invalid value for integer: []")]
    [InlineData("limit=1.5", "Invalid value for integer: \"1.5\"")]
    [InlineData("limit=-1", "Invalid value for positive integer: \"-1\"")]
    [InlineData("limit=a%22b%5C", "Invalid value for integer: \"a\\\"b\\\\\"")]
    [InlineData("limit=%01", "Invalid value for integer: [1]")]
    public void Refuses_numbers_in_words_of_CouchDB(string text, string reason) =>
        AssertRefused(reason, () => Query.Parse(text).NonNegative("limit", 0));

    [Fact]
    public void Refuses_what_is_no_boolean_in_words_of_CouchDB() =>
        AssertRefused("Invalid boolean parameter: \"x\"", static () => Query.ParseBoolean("x"));

    [Theory]
    [InlineData("99999999999999999999999999", long.MaxValue)]
    [InlineData("-99999999999999999999999999", long.MinValue)]
    [InlineData("+7", 7)]
    public void Takes_whole_numbers_of_any_size(string text, long expected) => Assert.Equal(expected, Query.ParseInteger(text));

    [Theory]
    [InlineData("k=%7B%22a%22:1%7D", "{\"a\":1}")]
    [InlineData("j=1", null)]
    public void Checks_JSON_and_leaves_it_as_it_is(string text, string? expected) => Assert.Equal(expected, Query.Parse(text).Json("k"));

    [Fact]
    public void Refuses_what_is_no_JSON()
    {
        var refusal = Assert.Throws<DocumentException>(() => Query.Parse("k={").Json("k"));
        Assert.Equal((400, "bad_request", "invalid UTF-8 JSON"), (refusal.Error.Status, refusal.Error.Error, refusal.Error.Reason));
    }

    private static void AssertRefused(string reason, Func<object> read)
    {
        var refusal = Assert.Throws<DocumentException>(read);
        Assert.Equal((400, "query_parse_error", reason), (refusal.Error.Status, refusal.Error.Error, refusal.Error.Reason));
    }
}
