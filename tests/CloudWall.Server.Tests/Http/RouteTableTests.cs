using CloudWall.Access;
using CloudWall.Server.Http;

namespace CloudWall.Server.Tests.Http;

public sealed class RouteTableTests
{
    private static readonly RouteTable Table = new()
    {
        { "/", Audience.Anyone, "GET", MethodHandler.Get(Nothing) },
        { "/_up/**", Audience.Anyone, "GET", MethodHandler.Get(Nothing) },
        { "/{db}", Audience.Members, "GET", MethodHandler.Get(Nothing) },
        { "PUT /{db}", Audience.Anyone, "PUT", MethodHandler.Put(Nothing) },
        { "/{db}/_all_docs", Audience.Members, "GET", MethodHandler.Get(Nothing) },
        { "/{db}/_all_docs/queries", Audience.Members, "POST", MethodHandler.Post(Nothing) },
        { "/{db}/_design/{ddoc}", Audience.Members, "GET", MethodHandler.Get(Nothing) },
        { "/{db}/_design/{ddoc}/_info", Audience.Members, "GET", MethodHandler.Get(Nothing) },
        { "/{db}/_design/{ddoc}/**", Audience.Members, "GET", MethodHandler.Get(Nothing) },
        { "GET /{db}/_design%2F{name}/**", Audience.Members, "GET", MethodHandler.Get(Nothing) },
        { "/{db}/{docid}", Audience.Members, "GET", MethodHandler.Get(Nothing) },
        { "/{db}/{docid}/**", Audience.Members, "GET", MethodHandler.Get(Nothing) },
    };

    [Theory]
    [InlineData("GET", "/", "/")]
    [InlineData("GET", "//", "/")]
    [InlineData("GET", "/_up", "/_up/**")]
    [InlineData("GET", "/_up/x/y", "/_up/**")]
    [InlineData("GET", "/%5Fup", "/_up/**")]
    [InlineData("GET", "/_upx", "/{db}")]
    [InlineData("GET", "/db", "/{db}")]
    [InlineData("PUT", "/db", "PUT /{db}")]
    [InlineData("DELETE", "/db", "/{db}")]
    [InlineData("GET", "/db/_all_docs", "/{db}/_all_docs")]
    [InlineData("GET", "/db/_all_docs/queries", "/{db}/_all_docs/queries")]
    [InlineData("GET", "/db/_all_docs/other", "/{db}/{docid}/**")]
    [InlineData("GET", "/db/_design/x", "/{db}/_design/{ddoc}")]
    [InlineData("GET", "/db/_design/x/_info", "/{db}/_design/{ddoc}/_info")]
    [InlineData("GET", "/db/_design/x/_info/y", "/{db}/_design/{ddoc}/**")]
    [InlineData("GET", "/db/_design", "/{db}/{docid}")]
    [InlineData("GET", "/db/_design%2fx", "GET /{db}/_design%2F{name}/**")]
    [InlineData("PUT", "/db/_design%2fx", "/{db}/{docid}")]
    [InlineData("PUT", "/db/_design%2fx/y", "/{db}/{docid}/**")]
    [InlineData("GET", "/db/a%2Fb", "/{db}/{docid}")]
    [InlineData("GET", "/db/a/b/c", "/{db}/{docid}/**")]
    public void Finds_the_most_literal_row(string method, string raw, string pattern)
    {
        Assert.True(RequestTarget.TryParse(raw, plusIsSpace: true, out var target, out _));
        Assert.Equal(pattern, Table.Find(method, target)?.Pattern);
    }

    [Fact]
    public void Refuses_a_pattern_that_is_there_already() =>
        Assert.Throws<ArgumentException>(() => new RouteTable
        {
            { "/{db}", Audience.Members, "GET", MethodHandler.Get(Nothing) },
            { "/{name}", Audience.Members, "GET", MethodHandler.Get(Nothing) },
        });

    [Fact]
    public async Task Every_row_of_the_node_is_found_under_a_target_made_of_its_pattern()
    {
        await using var node = await TestNode.StartAsync();
        var routes = node.Routes;
        Assert.All(routes, route =>
        {
            var slash = route.Pattern.IndexOf('/', StringComparison.Ordinal);
            var method = slash > 0 ? route.Pattern[..slash].TrimEnd() : route.Handlers[0].Method;
            var raw = route.Pattern[slash..].Replace("**", "rest", StringComparison.Ordinal).Replace("{", "~", StringComparison.Ordinal).Replace("}", "~", StringComparison.Ordinal);
            Assert.True(RequestTarget.TryParse(raw, plusIsSpace: true, out var target, out _));
            Assert.Equal(route.Pattern, routes.Find(method, target)?.Pattern);
        });
    }

    private static Task Nothing(Exchange exchange) => Task.CompletedTask;
}
