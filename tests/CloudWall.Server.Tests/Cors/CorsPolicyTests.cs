using CloudWall.Server.Cors;
using CloudWall.Settings;
using Microsoft.AspNetCore.Http;

namespace CloudWall.Server.Tests.Cors;

public sealed class CorsPolicyTests
{
    [Theory]
    [InlineData("app://obsidian.md", true)]
    [InlineData("capacitor://localhost", true)]
    [InlineData("http://localhost", true)]
    [InlineData("http://localhost:3000", true)]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://localhost:", false)]
    [InlineData("http://localhost:80.evil.example", false)]
    [InlineData("http://localhost.evil.example", false)]
    [InlineData("https://localhost", false)]
    [InlineData("http://app.example", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void Apps_on_the_own_device_may_ask_unless_told_otherwise(string origin, bool mayAsk)
    {
        IHeaderDictionary answer = new HeaderDictionary();
        Usual().Apply(Request(origin), answer);
        Assert.Equal(mayAsk, Usual().Accepts(origin));
        Assert.Equal(mayAsk ? origin : string.Empty, answer.AccessControlAllowOrigin.ToString());
        Assert.Equal("Origin", answer.Vary);
        Assert.Equal(mayAsk, Usual().TryPreflight(Request(origin, "GET"), new HeaderDictionary()));
    }

    [Fact]
    public void What_varies_besides_still_does()
    {
        IHeaderDictionary answer = new HeaderDictionary { ["Vary"] = "Accept" };
        Usual().Apply(Request(null), answer);
        Assert.Equal("Accept, Origin", answer.Vary);
    }

    [Fact]
    public void Any_page_may_ask_where_the_settings_say_so()
    {
        IHeaderDictionary answer = new HeaderDictionary();
        Policy().Apply(Request("http://app.example"), answer);
        Assert.Equal(0, answer.Vary.Count);
        Assert.Equal("http://app.example", answer.AccessControlAllowOrigin);
        Assert.Equal("true", answer.AccessControlAllowCredentials);
        Assert.Equal(
            "content-type, accept-ranges, etag, server, x-couch-request-id, x-couch-update-newrev, x-couchdb-body-time",
            answer.AccessControlExposeHeaders);
    }

    [Fact]
    public void Headers_that_the_answer_has_are_exposed()
    {
        IHeaderDictionary answer = new HeaderDictionary { ["Cache-Control"] = "no-cache", ["Pragma"] = "no-cache" };
        Policy().Apply(Request("http://app.example"), answer);
        Assert.StartsWith("content-type, cache-control, pragma, accept-ranges", answer.AccessControlExposeHeaders.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://other.example")]
    [InlineData(null)]
    public void Pages_of_other_origins_are_told_nothing(string? origin)
    {
        var policy = Policy(("cors", "origins", "http://app.example, https://app.example"));
        var answer = new HeaderDictionary();
        policy.Apply(Request(origin), answer);
        Assert.Equal(["Vary"], answer.Keys);
        Assert.False(policy.TryPreflight(Request(origin, "GET"), answer));
        Assert.Equal(["Vary"], answer.Keys);
        Assert.True(policy.TryPreflight(Request("https://app.example", "GET"), answer));
    }

    [Fact]
    public void Nobody_is_told_anything_when_it_is_off()
    {
        var policy = Policy(("chttpd", "enable_cors", "false"));
        IHeaderDictionary answer = new HeaderDictionary();
        policy.Apply(Request("http://app.example"), answer);
        Assert.False(policy.TryPreflight(Request("http://app.example", "GET"), answer));
        Assert.Empty(answer);
    }

    [Theory]
    [InlineData("PUT", null, true)]
    [InlineData("PUT", "Content-Type, accept", true)]
    [InlineData("PUT", "x-other", false)]
    [InlineData("put", null, false)]
    [InlineData("PATCH", null, false)]
    [InlineData(null, null, false)]
    public void Preflights_ask_for_methods_and_headers(string? method, string? headers, bool expected)
    {
        IHeaderDictionary answer = new HeaderDictionary();
        Assert.Equal(expected, Policy().TryPreflight(Request("http://app.example", method, headers), answer));
        if (expected)
        {
            Assert.Equal("GET, PUT, POST, HEAD, DELETE", answer.AccessControlAllowMethods);
            Assert.Equal(headers ?? string.Empty, answer.AccessControlAllowHeaders.ToString());
            Assert.Equal("600", answer.AccessControlMaxAge);
            Assert.Equal("true", answer.AccessControlAllowCredentials);
        }
    }

    [Fact]
    public void Credentials_can_be_kept_out()
    {
        IHeaderDictionary answer = new HeaderDictionary();
        Policy(("cors", "credentials", "false")).Apply(Request("http://app.example"), answer);
        Assert.Equal("http://app.example", answer.AccessControlAllowOrigin);
        Assert.Equal(0, answer.AccessControlAllowCredentials.Count);
    }

    private static CorsPolicy Usual() => new(new SettingsStore(CorsPolicy.All));

    private static CorsPolicy Policy(params (string, string, string)[] values)
    {
        var settings = new SettingsStore(CorsPolicy.All);
        settings.Add([("cors", "origins", "*"), .. values], "test");
        return new CorsPolicy(settings);
    }

    private static IHeaderDictionary Request(string? origin, string? method = null, string? headers = null)
    {
        IHeaderDictionary request = new HeaderDictionary();
        if (origin is not null)
        {
            request.Origin = origin;
        }

        if (method is not null)
        {
            request.AccessControlRequestMethod = method;
        }

        if (headers is not null)
        {
            request.AccessControlRequestHeaders = headers;
        }

        return request;
    }
}
