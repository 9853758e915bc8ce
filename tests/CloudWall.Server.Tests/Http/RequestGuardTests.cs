namespace CloudWall.Server.Tests.Http;

/// <summary>Requests that pages of strangers make.</summary>
public sealed class RequestGuardTests
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded";
    private const string SignIn = "name=admin&password=pass";

    [Theory]
    [InlineData("Origin: http://evil.example", 403)]
    [InlineData("Origin: null", 403)]
    [InlineData("Sec-Fetch-Site: cross-site", 403)]
    [InlineData("Sec-Fetch-Site: same-site", 403)]
    [InlineData("Sec-Fetch-Site: same-origin", 201)]
    [InlineData("Sec-Fetch-Site: none", 201)]
    [InlineData("Origin: http://localhost:3000", 201)]
    [InlineData("Origin: app://obsidian.md", 201)]
    [InlineData("Accept: */*", 201)]
    public async Task Change_nothing_with_what_browsers_add(string header, int status)
    {
        await using var node = await TestNode.StartAsync();
        var cookie = "Cookie: " + (await node.SendAsync("POST", "/_session", SignIn, null, Form)).Headers["set-cookie"].Split(';')[0];
        Assert.Equal(status, (await node.SendAsync("PUT", "/basic", null, "admin:pass", header)).Status);
        Assert.Equal(status, (await node.SendAsync("PUT", "/cookie", null, null, header, cookie)).Status);
        Assert.Equal(status == 201 ? 200 : 403, (await node.SendAsync("POST", "/_session", SignIn, null, header, Form)).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/", null, "admin:pass", header)).Status);
    }

    [Fact]
    public async Task The_own_pages_of_the_node_may_do_everything()
    {
        await using var node = await TestNode.StartAsync();
        var own = "Origin: http://" + node.Server.Address.Authority;
        Assert.Equal(201, (await node.SendAsync("PUT", "/db", null, "admin:pass", own, "Sec-Fetch-Site: same-origin")).Status);
        Assert.Equal(200, (await node.SendAsync("POST", "/_session", SignIn, null, own, Form)).Status);
    }

    [Fact]
    public async Task With_every_origin_allowed_a_name_and_a_password_count_and_cookies_do_not()
    {
        await using var node = await TestNode.StartAsync(("cors", "origins", "*"));
        const string Foreign = "Origin: http://app.example";
        var cookie = "Cookie: " + (await node.SendAsync("POST", "/_session", SignIn, null, Form)).Headers["set-cookie"].Split(';')[0];
        Assert.Equal(201, (await node.SendAsync("PUT", "/basic", null, "admin:pass", Foreign)).Status);
        Assert.Equal(401, (await node.SendAsync("PUT", "/cookie", null, null, Foreign, cookie)).Status);
    }

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("evil.example:5984", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    [InlineData("localhost.", 200)]
    [InlineData("localhost:5984", 200)]
    [InlineData("192.168.1.2:5984", 200)]
    [InlineData("[::1]:5984", 200)]
    [InlineData("couchdb:5984", 200)]
    [InlineData("my.cloud.example", 200)]
    [InlineData("app.example", 200)]
    public async Task Names_that_are_not_the_nodes_own_sign_nobody_in(string host, int status)
    {
        await using var node = await TestNode.StartAsync(("cloudwall", "host_names", "my.cloud.example"), ("vhosts", "app.example", "/db"));
        Assert.Equal(status, await SendAsync(node, HttpMethod.Get, "/_session", host));
        Assert.Equal(status, await SendAsync(node, HttpMethod.Post, "/_session", host));
        Assert.Equal(status, await SendAsync(node, HttpMethod.Get, "/_node/_local/_config", host));
        Assert.NotEqual(403, await SendAsync(node, HttpMethod.Get, "/_up", host));
    }

    private static async Task<int> SendAsync(TestNode node, HttpMethod method, string path, string host)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(node.Server.Address, path));
        request.Headers.Host = host;
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("admin:pass"u8));
        request.Content = method == HttpMethod.Post
            ? new FormUrlEncodedContent([new("name", "admin"), new("password", "pass")])
            : null;
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
