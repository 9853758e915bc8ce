namespace CloudWall.Server.Tests.Scripts;

public sealed class ContentPolicyTests
{
    private const string Design =
        """
        {"shows":{"plain":"function() { return 'x'; }","own":"function() { return {headers: {'Content-Security-Policy': \"default-src 'self'\"}, body: 'x'}; }"},
        "_attachments":{"page":{"content_type":"text/html","data":"eA=="}}}
        """;

    [Theory]
    [InlineData("_show/plain", "sandbox")]
    [InlineData("_show/own", "sandbox, default-src 'self'")]
    [InlineData("page", "sandbox")]
    public async Task Pages_may_do_nothing_and_cannot_allow_themselves_more(string path, string policy) =>
        Assert.Equal(policy, await PolicyAsync(path));

    [Theory]
    [InlineData("_show/plain", null)]
    [InlineData("_show/own", "default-src 'self'")]
    [InlineData("page", "sandbox allow-scripts")]
    public async Task They_may_do_what_the_settings_say(string path, string? policy) => Assert.Equal(
        policy, await PolicyAsync(path, ("csp", "showlist_enable", "false"), ("csp", "attachments_header_value", "sandbox allow-scripts")));

    private static async Task<string?> PolicyAsync(string path, params (string Section, string Key, string Value)[] settings)
    {
        await using var node = await InProcessNode.StartAsync(settings);
        Assert.Equal(201, (await node.PutAsync("/db/_design/d", Design)).Status);
        var answer = await node.GetAsync("/db/_design/d/" + path);
        Assert.Equal(200, answer.Status);
        return answer.Header("Content-Security-Policy");
    }
}
