using System.Text;

namespace CloudWall.Server.Tests.Golden.Checks;

public sealed class MultipartBodyTests
{
    [Fact]
    public void The_parts_are_split_at_the_boundary()
    {
        var parts = Split("--b\r\nContent-Type: text/plain\r\nX:1\r\n\r\none\r\n--b\r\n\r\ntwo\r\n\r\n--b\r\n\r\n\r\n--b--\r\n", "multipart/mixed; boundary=\"b\"");

        Assert.Equal(["one", "two\r\n", ""], parts!.Select(part => Encoding.UTF8.GetString(part.Body.Span)));
        Assert.Equal("text/plain", parts![0].Headers["content-type"]);
        Assert.Equal("1", parts[0].Headers["x"]);
        Assert.Empty(parts[1].Headers);
    }

    [Theory]
    [InlineData("--b\r\n\r\none\r\n--b", "multipart/mixed; boundary=b")]
    [InlineData("--b\r\n\r\none", "multipart/mixed; boundary=b")]
    [InlineData("--c\r\n\r\none\r\n--c--", "multipart/mixed; boundary=b")]
    [InlineData("--b\r\n\r\none\r\n--b--", "multipart/mixed")]
    [InlineData("--b\r\n\r\none\r\n--b--", "application/json; boundary=b")]
    [InlineData("", "multipart/mixed; boundary=b")]
    public void What_is_not_a_whole_multipart_body_is_none(string body, string contentType) => Assert.Null(Split(body, contentType));

    [Fact]
    public void Parts_are_compared_with_their_headers_and_may_be_nested()
    {
        const string Recorded = """
            {"request":{"method":"GET","path":"/"},"response":{"status":200,"headers":{"content-type":"multipart/mixed; boundary=\"…\""},"parts":[
            {"headers":{"content-type":"multipart/related; boundary=\"…\""},"parts":[
            {"headers":{"content-type":"application/json"},"body":{"_id":"a"}},
            {"headers":{"content-type":"text/plain"},"bodyText":"hi"}]}]}}
            """;
        const string Whole = "--o\r\nContent-Type: multipart/related; boundary=\"i\"\r\n\r\n"
            + "--i\r\nContent-Type: application/json\r\n\r\n{\"_id\": \"a\"}\r\n--i\r\nContent-Type: text/plain\r\n\r\nhi\r\n--i--\r\n--o--";

        Assert.Empty(Compare(Recorded, Whole));
        Assert.NotEmpty(Compare(Recorded, Whole.Replace("hi", "ho", StringComparison.Ordinal)));
        Assert.NotEmpty(Compare(Recorded, Whole.Replace("text/plain", "text/html", StringComparison.Ordinal)));
        Assert.NotEmpty(Compare(Recorded, Whole.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)));
        Assert.NotEmpty(Compare(Recorded, Whole.Replace("--i--", "--i\r\n\r\n\r\n--i--", StringComparison.Ordinal)));
    }

    private static IReadOnlyList<Difference> Compare(string recorded, string body) => AnswerComparer.Compare(
        Exchange.Read(LiteralJson.Parse(recorded), 1),
        new HttpAnswer(
            200,
            new Dictionary<string, string> { ["content-type"] = "multipart/mixed; boundary=o" },
            Encoding.UTF8.GetBytes(body),
            TimeSpan.Zero),
        text => text);

    private static IReadOnlyList<BodyPart>? Split(string body, string contentType) =>
        MultipartBody.Split(Encoding.UTF8.GetBytes(body), contentType);
}
