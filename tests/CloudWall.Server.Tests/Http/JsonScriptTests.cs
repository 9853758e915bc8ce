using System.Text;

namespace CloudWall.Server.Tests.Http;

/// <summary><c>[chttpd] allow_jsonp</c>.</summary>
public sealed class JsonScriptTests
{
    [Theory]
    [InlineData("/db/doc?callback=a.b[0]", "/* CouchDB */a.b[0]({\"_id\":\"doc\",\"_rev\":\"1-967a00dff5e02add41819138abb3284d\"});\n")]
    [InlineData("/db/none?callback=f", "/* CouchDB */f({\"error\":\"not_found\",\"reason\":\"missing\"});\n")]
    public async Task Answers_become_scripts(string path, string script)
    {
        await using var node = await StartAsync(("chttpd", "allow_jsonp", "true"));
        var answer = await node.SendAsync("GET", path);
        Assert.Equal(("application/javascript", script), (answer.Header("Content-Type"), Encoding.UTF8.GetString(answer.Body)));
    }

    [Theory]
    [InlineData("/db/_all_docs?callback=f")]
    [InlineData("/db/_changes?callback=f")]
    public async Task Streams_become_scripts(string path)
    {
        await using var node = await StartAsync(("chttpd", "allow_jsonp", "true"));
        var answer = await node.SendAsync("GET", path);
        var text = Encoding.UTF8.GetString(answer.Body);
        Assert.Equal("application/javascript", answer.Header("Content-Type"));
        Assert.StartsWith("/* CouchDB */f({", text, StringComparison.Ordinal);
        Assert.EndsWith(");\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("false", "/db/doc?callback=f", 200)]
    [InlineData("true", "/db/doc?callback=", 200)]
    [InlineData("true", "/db/doc?callback=alert(1)", 400)]
    [InlineData("true", "/db/_all_docs?callback=f'", 400)]
    public async Task Others_are_json(string allow, string path, int status)
    {
        await using var node = await StartAsync(("chttpd", "allow_jsonp", allow));
        var answer = await node.SendAsync("GET", path);
        Assert.Equal((status, "application/json", (byte)'{'), (answer.Status, answer.Header("Content-Type"), answer.Body[0]));
    }

    private static async Task<TestNode> StartAsync(params (string Section, string Key, string Value)[] settings)
    {
        var node = await TestNode.StartAsync(settings);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/doc", "{}")).Status);
        return node;
    }
}
