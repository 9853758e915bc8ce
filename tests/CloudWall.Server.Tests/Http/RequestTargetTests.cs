using System.Text;
using CloudWall.Server.Http;
using CsCheck;

namespace CloudWall.Server.Tests.Http;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/", "")]
    [InlineData("//", "")]
    [InlineData("/db", "db")]
    [InlineData("/db/", "db")]
    [InlineData("//db///doc//", "db|doc")]
    [InlineData("/db/a%2Fb", "db|a/b")]
    [InlineData("/db/a/b", "db|a|b")]
    [InlineData("/db/a+b", "db|a b")]
    [InlineData("/db/a%2bb", "db|a+b")]
    [InlineData("/db/..", "db|..")]
    [InlineData("/db/%2E%2e/x", "db|..|x")]
    [InlineData("/db/doc?rev=1-a/b", "db|doc")]
    [InlineData("/db/doc#x/y", "db|doc")]
    [InlineData("/db/%00nul", "db|\0nul")]
    [InlineData("/db/%0\u007fnul", "db|\0nul")]
    [InlineData("/db/caf%C3%A9", "db|café")]
    [InlineData("http://host:5984/db/doc", "db|doc")]
    [InlineData("http://host", "")]
    public void Splits_the_path_before_it_decodes_the_segments(string raw, string segments)
    {
        var target = Parse(raw);
        Assert.Equal(segments, string.Join('|', Enumerable.Range(0, target.Count).Select(target.Text)));
    }

    [Theory]
    [InlineData("/%", "invalid_url_encoding")]
    [InlineData("/%4", "invalid_url_encoding")]
    [InlineData("/%zz", "invalid_url_encoding")]
    [InlineData("/db?key=%", "invalid_url_encoding")]
    [InlineData("", "invalid_path")]
    [InlineData("*", "invalid_path")]
    [InlineData("db/doc", "invalid_path")]
    public void Refuses_what_cannot_be_decoded(string raw, string reason)
    {
        Assert.False(RequestTarget.TryParse(raw, plusIsSpace: true, out _, out var error));
        Assert.Equal((400, "bad_request", reason), (error.Status, error.Error, error.Reason));
    }

    [Fact]
    public void Tells_what_is_not_UTF_8()
    {
        var target = Parse("/db/%FF");
        Assert.False(target.IsUtf8(1));
        Assert.Equal("\uFFFD", target.Text(1));
        Assert.True(target.IsUtf8(0));
    }

    [Fact]
    public void A_plus_sign_may_be_one()
    {
        Assert.True(RequestTarget.TryParse("/a+b/c%2Bd?x=e+f", plusIsSpace: false, out var target, out _));
        Assert.Equal(("a+b", "c+d", "e f"), (target.Text(0), target.Text(1), target.Query["x"]));
    }

    [Fact]
    public void Joins_the_rest_of_the_path() => Assert.Equal("a/b c/d", Parse("/db/doc/a/b%20c/d").TextFrom(2));

    [Fact]
    public void Encoded_segments_come_back_as_they_were() =>
        Gen.String.Array[1, 4].Sample(segments =>
        {
            // A lone surrogate has no UTF-8, and an empty segment does not count.
            var texts = segments.Select(static text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))).Where(static text => text.Length > 0).ToArray();
            var target = Parse("/" + string.Join('/', texts.Select(PercentEncoding.Encode)));
            Assert.Equal(texts, Enumerable.Range(0, target.Count).Select(target.Text));
        });

    [Fact]
    public void Whatever_is_sent_is_read_or_refused() =>
        Gen.Char["/%?#&=;+.:0aF\u007f\u0080ÿ"].Array[0, 40].Select(static chars => new string(chars)).Sample(raw =>
        {
            if (RequestTarget.TryParse(raw, plusIsSpace: true, out var target, out var error))
            {
                Assert.All(Enumerable.Range(0, target.Count), index => Assert.NotEmpty(target.Bytes(index).ToArray()));
            }
            else
            {
                Assert.Equal(400, error.Status);
            }
        });

    private static RequestTarget Parse(string raw)
    {
        Assert.True(RequestTarget.TryParse(raw, plusIsSpace: true, out var target, out _));
        return target;
    }
}
