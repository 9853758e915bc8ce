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
        await Limits.SlowRequest.UntilAsync(() => node.Server.Metrics.Requests == 4);
        var all = (await ReadAsync(node, "/_node/_local/_stats"))!["couchdb"]!;
        Assert.Equal(4, (int)all["httpd"]!["requests"]!["value"]!);
        Assert.Equal(3, (int)all["httpd_request_methods"]!["GET"]!["value"]!);
        Assert.Equal((1, 0), ((int)all["httpd_request_methods"]!["PUT"]!["value"]!, (int)all["httpd_request_methods"]!["DELETE"]!["value"]!));
        Assert.Equal((3, 1, 0), (Status(404), Status(201), Status(500)));
        Assert.Equal(1, (int)all["open_databases"]!["value"]!);
        Assert.True((double)all["request_time"]!["value"]!["arithmetic_mean"]! > 0);

        int Status(int status) => (int)all["httpd_status_codes"]![status.ToString(System.Globalization.CultureInfo.InvariantCulture)]!["value"]!;
    }

    /// <summary>Steps of a client, and what a CouchDB adds to its counters for each.</summary>
    [Fact]
    public async Task Documents_are_counted_as_CouchDB_does()
    {
        const string Json = "Content-Type: application/json";
        const string Design = """
            {"views":{"v":{"map":"function (d) { emit(1); }"}},
            "validate_doc_update":"function (d) { if (d.bad) throw({forbidden: 'no'}); }"}
            """;
        await using var node = await TestNode.StartAsync();
        await ExpectAsync("PUT", "/db", null, "");
        await ExpectAsync("GET", "/db/none", null, "");
        await ExpectAsync("PUT", "/db/a", "{}", "database_writes 1, document_inserts 1, document_writes 1, commits 1");
        await ExpectAsync("GET", "/db/a", null, "database_reads 1");
        await ExpectAsync("GET", "/db/a?open_revs=all", null, "database_reads 1");
        await ExpectAsync("POST", "/db/_bulk_get", """{"docs":[{"id":"a"},{"id":"a"}]}""", "database_reads 2, httpd/bulk_requests 1");
        await ExpectAsync(
            "POST",
            "/db/_bulk_docs",
            """{"docs":[{"_id":"c"},{"_id":"d"},{"_id":"a"}]}""",
            "database_writes 1, document_inserts 2, document_writes 2, commits 1, httpd/bulk_requests 1, httpd/bulk_docs 1");
        await ExpectAsync("GET", "/db/_all_docs?include_docs=true", null, "database_reads 3");
        await ExpectAsync("GET", "/db/_all_docs", null, "");
        await ExpectAsync("GET", "/db/_changes?include_docs=true", null, "database_reads 3");
        await ExpectAsync("PUT", "/db/_local/x", "{}", "database_writes 1, local_document_writes 1, commits 1");
        await ExpectAsync("GET", "/db/_local/x", null, "database_reads 1");
        await ExpectAsync("PUT", "/db/_design/v", Design, "database_writes 1, document_inserts 1, document_writes 1, commits 1");
        await ExpectAsync(
            "GET",
            "/db/_design/v/_view/v?include_docs=true",
            null,
            "database_reads 4, httpd/view_reads 1, mrview/map_doc 3, mrview/emits 3");

        // The design document is read for its function.
        await ExpectAsync("PUT", "/db/bad", """{"bad":1}""", "database_reads 1, database_writes 1, query_server/vdu_rejects 1");
        await ExpectAsync(
            "POST",
            "/db/_purge",
            """{"c":["1-967a00dff5e02add41819138abb3284d"],"none":["1-a"]}""",
            "database_purges 1, document_purges/total 2, document_purges/success 2, httpd/purge_requests 1, commits 1");

        async Task ExpectAsync(string method, string path, string? body, string added)
        {
            var before = await CountersAsync();
            await node.SendAsync(method, path, body, "admin:pass", Json);
            var after = await CountersAsync();
            Assert.Equal(
                added.Split(", ", StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
                after.Where(entry => entry.Value != before[entry.Key])
                    .Select(entry => $"{entry.Key} {entry.Value - before[entry.Key]}")
                    .Where(static line => !line.StartsWith("httpd_", StringComparison.Ordinal)
                        && !line.StartsWith("httpd/requests", StringComparison.Ordinal)
                        && !line.StartsWith("open_", StringComparison.Ordinal)
                        && !line.StartsWith("password_hashing_", StringComparison.Ordinal)
                        && !line.StartsWith("request_time", StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal));
        }

        async Task<Dictionary<string, long>> CountersAsync()
        {
            var counters = new Dictionary<string, long>(StringComparer.Ordinal);
            Flatten("", (JsonObject)(await ReadAsync(node, "/_node/_local/_stats/couchdb"))!, counters);
            return counters;
        }
    }

    [Theory]
    [InlineData("database_reads", "counter", "number of times a document was read from a database")]
    [InlineData("document_purges/failure", "counter", "number of failed document purge operations")]
    [InlineData("httpd/bulk_docs", "histogram", "distribution of the number of docs in _bulk_docs requests")]
    [InlineData("httpd/partition_find_timeouts", "counter", "number of partition HTTP find timeouts")]
    [InlineData("httpd_status_codes/507", "counter", "number of HTTP 507 Insufficient Storage responses")]
    [InlineData("query_server/time/ddoc_vdu", "counter", "accumulated number of microseconds spent processing vdu requests")]
    [InlineData("request_time", "histogram", "length of a request inside CouchDB without MochiWeb")]
    [InlineData("dbinfo", "histogram", "distribution of latencies for calls to retrieve DB info")]
    public async Task Each_has_the_type_and_description_of_CouchDB(string path, string type, string text)
    {
        await using var node = await TestNode.StartAsync();
        var statistic = (await ReadAsync(node, "/_node/_local/_stats/couchdb/" + path))!;
        Assert.Equal((type, text), ((string?)statistic["type"], (string?)statistic["desc"]));
        Assert.Equal(0, (long)(type == "counter" ? statistic["value"] : statistic["value"]!["n"])!);
    }

    [Fact]
    public async Task All_that_CouchDB_counts_is_there()
    {
        await using var node = await TestNode.StartAsync();
        var counters = new Dictionary<string, long>(StringComparer.Ordinal);
        Flatten("", (JsonObject)(await ReadAsync(node, "/_node/_local/_stats/couchdb"))!, counters);
        Assert.Equal(107, counters.Count);
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
        await Limits.SlowRequest.UntilAsync(() => node.Server.Metrics.Requests == 1);
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

    private static void Flatten(string path, JsonObject statistics, Dictionary<string, long> counters)
    {
        foreach (var (name, value) in statistics)
        {
            var inner = (JsonObject)value!;
            if (!inner.ContainsKey("desc"))
            {
                Flatten(path + name + "/", inner, counters);
                continue;
            }

            counters[path + name] = (long)(inner["value"] is JsonObject histogram ? histogram["n"] : inner["value"])!;
        }
    }

    private static async Task<JsonNode?> ReadAsync(TestNode node, string path)
    {
        var answer = await node.SendAsync("GET", path);
        Assert.Equal(200, answer.Status);
        return JsonNode.Parse(answer.Body);
    }
}
