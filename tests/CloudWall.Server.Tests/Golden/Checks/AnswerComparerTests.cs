using System.IO.Compression;
using System.Text;

namespace CloudWall.Server.Tests.Golden.Checks;

public sealed class AnswerComparerTests
{
    private const string Recorded =
        """{"status":201,"headers":{"content-type":"application/json","etag":"$any","location":"{origin}/db/a"},"body":{"ok":true}}""";

    private static readonly (string, string)[] Usual =
        [("content-type", "application/json"), ("etag", "\"1-x\""), ("location", "http://host/db/a"), ("server", "ours")];

    [Fact]
    public void The_recorded_answer_passes() => Assert.Empty(Compare(Recorded, 201, Usual, """{"ok":true}"""));

    [Fact]
    public void Another_status_fails() => Assert.Equal("status", Assert.Single(Compare(Recorded, 200, Usual, """{"ok":true}""")).At);

    [Fact]
    public void Another_body_fails() => Assert.Equal("/ok", Assert.Single(Compare(Recorded, 201, Usual, """{"ok":false}""")).At);

    [Theory]
    [InlineData("")]
    [InlineData("{\"ok\":true")]
    [InlineData("\ufeff{\"ok\":true}")]
    public void A_body_that_is_not_JSON_fails(string body) => Assert.Equal("body", Assert.Single(Compare(Recorded, 201, Usual, body)).At);

    [Fact]
    public void A_body_that_is_not_UTF8_fails()
    {
        var answer = Answer(201, Usual, [.. "{\"ok\":\""u8, 0xff, .. "\"}"u8]);

        Assert.Equal("body", Assert.Single(AnswerComparer.Compare(Read(Recorded), answer, Fill)).At);
    }

    [Theory]
    [InlineData("content-type", "text/plain")]
    [InlineData("location", "http://other/db/a")]
    [InlineData("etag", null)]
    [InlineData("cache-control", "no-cache")]
    [InlineData("access-control-allow-origin", "*")]
    public void A_header_that_is_wrong_missing_or_too_many_fails(string name, string? value)
    {
        var headers = Usual.Where(header => header.Item1 != name).Concat(value is null ? [] : [(name, value)]).ToArray();

        Assert.Equal("header " + name, Assert.Single(Compare(Recorded, 201, headers, """{"ok":true}""")).At);
    }

    [Fact]
    public void Headers_and_bodies_that_are_to_be_ignored_are_ignored() =>
        Assert.Empty(Compare(Recorded, 201, [("location", "http://host/db/a")], "x", "\"ignoreBody\":true,\"ignoreHeaders\":[\"etag\",\"content-type\"]"));

    [Theory]
    [InlineData("content-type", "multipart/mixed; boundary=\"a\"", "multipart/mixed;boundary=b", true)]
    [InlineData("content-type", "text/plain;charset=UTF-8", "text/plain; charset=utf-8", true)]
    [InlineData("content-type", "text/plain; charset=utf-8", "text/plain", false)]
    [InlineData("set-cookie", "AuthSession=abc; Expires=x; Max-Age=600; Path=/", "AuthSession=de; Expires=y; Max-Age=1; Path=/", true)]
    [InlineData("set-cookie", "AuthSession=abc; Path=/", "AuthSession=abc; Path=/x", false)]
    [InlineData("set-cookie", "AuthSession=abc; Path=/", "AuthSession=; Path=/", false)]
    [InlineData("vary", "Origin,Accept", "Origin, Accept", true)]
    [InlineData("allow", "GET,HEAD", "HEAD,GET", false)]
    [InlineData("etag", "\"a\"", "a", false)]
    public void Header_values_are_evened_out_where_they_may_differ(string name, string one, string other, bool same) =>
        Assert.Equal(same, HeaderRules.Even(name, one) == HeaderRules.Even(name, other));

    [Fact]
    public void A_gzipped_body_is_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("hello"u8);
        }

        var exchange = Read("""{"status":200,"headers":{"content-encoding":"gzip"},"bodyText":"hello"}""");
        Assert.Empty(AnswerComparer.Compare(exchange, Answer(200, [("content-encoding", "gzip")], packed.ToArray()), Fill));
        Assert.Single(AnswerComparer.Compare(exchange, Answer(200, [("content-encoding", "gzip")], "hello"u8.ToArray()), Fill));
    }

    [Fact]
    public void Bytes_are_compared_as_bytes()
    {
        var exchange = Read("""{"status":200,"bodyBase64":"AAH/"}""");

        Assert.Empty(AnswerComparer.Compare(exchange, Answer(200, [], [0, 1, 255]), Fill));
        Assert.Single(AnswerComparer.Compare(exchange, Answer(200, [], [0, 1, 254]), Fill));
    }

    [Fact]
    public void A_body_where_none_was_recorded_fails() => Assert.Equal("body", Assert.Single(Compare("""{"status":200}""", 200, [], "x")).At);

    [Fact]
    public void A_reference_number_beside_an_error_does_not_matter()
    {
        const string Error = """{"status":500,"body":{"error":"e","reason":"r"}}""";

        Assert.Empty(Compare(Error, 500, [], """{"error":"e","reason":"r","ref":17}"""));
        Assert.Single(Compare(Error, 500, [], """{"error":"e","reason":"r","more":17}"""));
    }

    [Fact]
    public void A_free_reason_may_be_any_text()
    {
        const string Error = """{"status":400,"body":{"error":"e","reason":"r"}}""";

        Assert.Empty(Compare(Error, 400, [], """{"error":"e","reason":"another"}""", "\"reasonFree\":true"));
        Assert.Single(Compare(Error, 400, [], """{"error":"e","reason":"another"}"""));
        Assert.Single(Compare(Error, 400, [], """{"error":"f","reason":"another"}""", "\"reasonFree\":true"));
        Assert.Single(Compare(Error, 400, [], """{"error":"e"}""", "\"reasonFree\":true"));
    }

    [Theory]
    [InlineData(400, """{"error":"e","reason":"r"}""", true)]
    [InlineData(503, """{"error":"e","reason":"r"}""", true)]
    [InlineData(200, """{"error":"e","reason":"r"}""", false)]
    [InlineData(400, """{"error":"e"}""", false)]
    [InlineData(400, "sorry", false)]
    public void Where_any_error_will_do_it_must_still_be_one(int status, string body, bool passes) =>
        Assert.Equal(passes, Compare("""{"status":500,"body":{"error":"x","reason":"y"}}""", status, [], body, "\"anyError\":true").Count == 0);

    [Fact]
    public void The_lines_of_a_feed_are_compared_in_order_without_the_blank_ones()
    {
        const string Feed = """{"status":200,"lines":[{"seq":{"$seq":1}},{"last_seq":{"$seq":1}}]}""";

        Assert.Empty(Compare(Feed, 200, [], "{\"seq\":\"1-x\"}\n\n\n{\"last_seq\":\"1-x\"}\n"));
        Assert.NotEmpty(Compare(Feed, 200, [], "{\"last_seq\":\"1-x\"}\n{\"seq\":\"1-x\"}\n"));
        Assert.NotEmpty(Compare(Feed, 200, [], "{\"seq\":\"1-x\"}\n"));
        Assert.NotEmpty(Compare(Feed, 200, [], "{\"seq\":\"1-x\"}\n{\"last_seq\":\"1-x\"}\n{}\n"));
        Assert.Empty(Compare(Feed, 200, [], "{\"seq\":\"1-x\"}\n{\"last_seq\":\"1-x\"}\n{}\n", "\"prefixLines\":true"));
        Assert.NotEmpty(Compare(Feed, 200, [], "{\"seq\":\"1-x\"}\n{\"last_seq\":\"1-x\"}\n", "\"minNewlines\":3"));
    }

    [Fact]
    public void The_fields_of_an_eventsource_are_told_apart()
    {
        const string Feed = """{"status":200,"lines":[{"event":"heartbeat"},{"data":""},{"data":{"id":"a"}},{"id":{"$seq":1}}]}""";

        Assert.Empty(Compare(Feed, 200, [], "event: heartbeat\ndata: \n\ndata: {\"id\":\"a\"}\nid: \"1-x\"\n\n"));
        Assert.NotEmpty(Compare(Feed, 200, [], "event: heartbeat\ndata: \n\nid: {\"id\":\"a\"}\ndata: \"1-x\"\n\n"));
    }

    [Fact]
    public void An_answer_that_came_too_soon_fails() =>
        Assert.Equal("time", Assert.Single(Compare("""{"status":200}""", 200, [], "", "\"atLeastMs\":1000")).At);

    [Fact]
    public void No_answer_fails() => Assert.Equal(
        "request", Assert.Single(AnswerComparer.Compare(Read(Recorded), HttpAnswer.Failed("no answer", TimeSpan.Zero), Fill)).At);

    private static IReadOnlyList<Difference> Compare(string recorded, int status, (string, string)[] headers, string body, string? more = null) =>
        AnswerComparer.Compare(Read(recorded, more), Answer(status, headers, Encoding.UTF8.GetBytes(body)), Fill);

    private static HttpAnswer Answer(int status, (string, string)[] headers, byte[] body) =>
        new(status, headers.ToDictionary(header => header.Item1, header => header.Item2), body, TimeSpan.FromMilliseconds(1));

    private static Exchange Read(string response, string? more = null) => Exchange.Read(
        LiteralJson.Parse($"{{\"request\":{{\"method\":\"GET\",\"path\":\"/db/a\"}},\"response\":{response}{(more is null ? "" : "," + more)}}}"), 1);

    private static string Fill(string text) => text.Replace("{origin}", "http://host", StringComparison.Ordinal);
}
