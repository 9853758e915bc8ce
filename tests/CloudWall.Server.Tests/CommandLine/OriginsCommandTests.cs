using CloudWall.Server.CommandLine;
using CloudWall.Settings;

namespace CloudWall.Server.Tests.CommandLine;

public sealed class OriginsCommandTests
{
    [Fact]
    public async Task An_origin_may_ask_at_once_and_those_before_it_still_may()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Null(await AllowedAsync(node, "https://my.app"));
        foreach (var origin in (string[])["https://my.app", "https://other.app", "https://my.app"])
        {
            Assert.True(await AddAsync(node, origin, ("admin", "pass")));
        }

        foreach (var origin in (string[])["https://my.app", "https://other.app", "http://localhost:1", "app://obsidian.md"])
        {
            Assert.Equal(origin, await AllowedAsync(node, origin));
        }
    }

    [Fact]
    public async Task Only_admins_add_origins()
    {
        await using var node = await TestNode.StartAsync();
        Assert.False(await AddAsync(node, "https://my.app", ("admin", "wrong")));
        Assert.False(await AddAsync(node, "https://my.app", null));
        Assert.Null(await AllowedAsync(node, "https://my.app"));
    }

    [Fact]
    public void The_origin_is_read_from_the_command_line()
    {
        var options = CommandLineOptions.Parse(["origins", "add", "https://my.app", "--port", "1"]);
        Assert.Equal(("https://my.app", 1), (options.NewOrigin, options.Port));
        Assert.Throws<ConfigurationException>(() => CommandLineOptions.Parse(["origins", "add", "my.app"]));
        Assert.Throws<ConfigurationException>(() => CommandLineOptions.Parse(["origins"]));
    }

    [Fact]
    public async Task A_node_that_wants_everyone_to_sign_in_is_up()
    {
        await using var node = await TestNode.StartAsync(("chttpd", "require_valid_user", "true"));
        Assert.Equal(401, (await node.SendAsync("GET", "/_up", credentials: null)).Status);
        Assert.True(await Application.IsUpAsync(node.Server.Address.Port, TextWriter.Null));
    }

    private static Task<bool> AddAsync(TestNode node, string origin, (string, string)? admin) =>
        OriginsCommand.AddAsync(origin, node.Server.Address.Port, admin, TextWriter.Null, TextWriter.Null);

    private static async Task<string?> AllowedAsync(TestNode node, string origin) =>
        (await node.SendAsync("GET", "/", null, null, "Origin: " + origin)).Headers.GetValueOrDefault("access-control-allow-origin");
}
