using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Endpoints;

/// <summary>Review, F17: what monitors ask for.</summary>
public sealed class StatisticsTests
{
    [Fact]
    public async Task Requests_are_counted_by_method_and_status()
    {
        await using var node = await TestNode.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(404, (await node.SendAsync("GET", "/none")).Status);
        }

        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);

        // An answer is counted when it has ended, which a client may see a little earlier.
        await Limits.SlowRequest.UntilAsync(() => node.Node.Metrics.Requests == 4);
        var all = (await ReadAsync(node, "/_node/_local/_stats"))!["couchdb"]!;
        Assert.Equal(4, (int)all["httpd"]!["requests"]!["value"]!);
        Assert.Equal(3, (int)all["httpd_request_methods"]!["GET"]!["value"]!);
        Assert.Equal((1, 0), ((int)all["httpd_request_methods"]!["PUT"]!["value"]!, (int)all["httpd_request_methods"]!["DELETE"]!["value"]!));
        Assert.Equal((3, 1, 0), (Status(404), Status(201), Status(500)));
        Assert.Equal(1, (int)all["open_databases"]!["value"]!);
        Assert.True((double)all["request_time"]!["value"]!["arithmetic_mean"]! > 0);

        int Status(int status) => (int)all["httpd_status_codes"]![status.ToString(System.Globalization.CultureInfo.InvariantCulture)]!["value"]!;
    }

    [Theory]
    [InlineData("/_node/_local/_stats/couchdb/httpd/requests/type", "\"counter\"")]
    [InlineData("/_node/_local/_stats/couchdb/none", "null")]
    [InlineData("/_node/_local/_stats/none/at/all", "null")]
    [InlineData("/_reshard/jobs", "{\"total_rows\":0,\"offset\":0,\"jobs\":[]}")]
    public async Task Parts_have_paths(string path, string expected)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(expected, (await ReadAsync(node, path))?.ToJsonString() ?? "null");
    }

    [Fact]
    public async Task Prometheus_is_told_in_its_own_format()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(404, (await node.SendAsync("DELETE", "/none")).Status);
        await Limits.SlowRequest.UntilAsync(() => node.Node.Metrics.Requests == 1);
        var answer = await node.SendAsync("GET", "/_node/_local/_prometheus");
        var lines = Encoding.ASCII.GetString(answer.Body).Split('\n');
        Assert.Equal("text/plain; version=2.0", answer.Header("Content-Type"));
        Assert.Contains("couchdb_httpd_requests_total 1", lines);
        Assert.Contains("couchdb_httpd_request_methods{method=\"DELETE\"} 1", lines);
        Assert.Contains("couchdb_httpd_status_codes{code=\"404\"} 1", lines);
        Assert.All(lines, static line => Assert.Matches("^(|# TYPE [a-z_]+ (counter|gauge)|[a-z_]+({[a-z_]+=\"[^\"]+\"})? [0-9]+)$", line));
    }

    [Fact]
    public async Task Versions_name_the_collation()
    {
        await using var node = await TestNode.StartAsync();
        var driver = (await ReadAsync(node, "/_node/_local/_versions"))!["collation_driver"]!;
        Assert.Equal("libicu", (string?)driver["name"]);
        Assert.Matches("^[0-9]+(\\.[0-9]+)*$", (string?)driver["collator_version"]);
        Assert.True((long)(await ReadAsync(node, "/_node/_local/_system"))!["memory"]!["processes"]! > 0);
    }

    [Theory]
    [InlineData("GET", "/_node/_local/_stats", 401)]
    [InlineData("GET", "/_node/_local/_system", 401)]
    [InlineData("GET", "/_node/_local/_prometheus", 401)]
    [InlineData("GET", "/_reshard", 401)]
    public async Task They_are_for_admins(string method, string path, int status)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(status, (await node.SendAsync(method, path, null, null)).Status);
    }

    [Theory]
    [InlineData("POST", "/_reshard/jobs", 400)]
    [InlineData("PUT", "/_reshard/state", 400)]
    [InlineData("GET", "/_reshard/jobs/x", 404)]
    [InlineData("GET", "/_node/other/_stats", 404)]
    [InlineData("GET", "/_utils/", 404)]
    public async Task What_there_is_not_is_refused(string method, string path, int status)
    {
        await using var node = await TestNode.StartAsync();
        var answer = await node.SendAsync(method, path, "{}", "admin:pass", "Content-Type: application/json");
        Assert.Equal((status, "application/json"), (answer.Status, answer.Header("Content-Type")));
    }

    private static async Task<JsonNode?> ReadAsync(TestNode node, string path)
    {
        var answer = await node.SendAsync("GET", path);
        Assert.Equal(200, answer.Status);
        return JsonNode.Parse(answer.Body);
    }
}
