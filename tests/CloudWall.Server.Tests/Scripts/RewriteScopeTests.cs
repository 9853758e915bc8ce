using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Server.Http;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>Review, attack 5: a design document must not act in the name of whoever follows a link into it.</summary>
public sealed class RewriteScopeTests
{
    private const string Design =
        """
        {"rewrites":"function(req) { return JSON.parse(req.query.to || '{}'); }",
        "shows":{"x":"function(doc, req) { return {json: {method: req.method, own: req.headers['X-Own'], who: req.userCtx.name}}; }"},
        "lists":{"l":"function() { var r, ids = []; while (r = getRow()) ids.push(r.id); return ids.join(); }"},
        "updates":{"u":"function() { return [{_id: 'made'}, 'made']; }"},
        "views":{"v":{"map":"function(doc) { emit(doc._id); }"}}}
        """;

    private const string Rules =
        """
        {"rewrites":[{"from":"two/:a","to":"../../:a"},{"from":"three/:a/:b","to":"../../:a/:b"},{"from":"rest/*","to":"../../*"},
        {"from":"query","to":"../../:p"}]}
        """;

    [Theory]
    [InlineData("""{"method":"DELETE","path":"../.."}""")]
    [InlineData("""{"method":"DELETE","path":"../../doc","query":{"rev":"1-967a00dff5e02add41819138abb3284d"}}""")]
    [InlineData("""{"method":"PUT","path":"../../new","body":"{}"}""")]
    [InlineData("""{"method":"POST","path":"../../","body":"{}"}""")]
    [InlineData("""{"method":"POST","path":"../../_bulk_docs","body":"{\"docs\":[{}]}"}""")]
    [InlineData("""{"method":"POST","path":"../../_purge","body":"{}"}""")]
    [InlineData("""{"method":"POST","path":"../../_compact"}""")]
    [InlineData("""{"method":"POST","path":"../../_view_cleanup"}""")]
    [InlineData("""{"method":"PUT","path":"../../_security","body":"{}"}""")]
    [InlineData("""{"method":"PUT","path":"../../_revs_limit","body":"1"}""")]
    [InlineData("""{"method":"COPY","path":"../../doc","headers":{"Destination":"new"}}""")]
    [InlineData("""{"method":"PUT","path":"../../doc/file","query":{"rev":"1-967a00dff5e02add41819138abb3284d"},"body":"x"}""")]
    [InlineData("""{"method":"POST","path":"_update/u"}""")]
    [InlineData("""{"method":"PUT","path":"../../_local/x","body":"{}"}""")]
    [InlineData("""{"method":"POST","path":"_rewrite","query":{"to":"{\"method\":\"POST\",\"path\":\"_update/u\"}"}}""")]
    [InlineData("""{"path":"_update/u"}""")]
    public async Task A_request_that_only_reads_stays_one(string to)
    {
        foreach (var secure in (string[])["true", "false"])
        {
            await using var node = await StartAsync(("chttpd", "secure_rewrites", secure));
            var before = await StateAsync(node);
            foreach (var method in (string[])["GET", "HEAD", "OPTIONS"])
            {
                Assert.InRange((await node.SendAsync(method, Path("/db/_design/fun/_rewrite", to))).Status, 400, 499);
            }

            Assert.Equal(before, await StateAsync(node));
        }
    }

    [Theory]
    [InlineData("""{"method":"POST","path":"_list/l/v","headers":{"Content-Type":"application/json"},"body":"{\"keys\":[\"doc\"]}"}""", "doc")]
    [InlineData("""{"method":"POST","path":"../../_all_docs","headers":{"Content-Type":"application/json"},"body":"{\"keys\":[\"doc\"]}"}""", "\"doc\"")]
    [InlineData("""{"path":"_show/x","headers":{"X-Own":"here","Authorization":"Basic eDp5","X-HTTP-Method-Override":"PUT"}}""", "{\"method\":\"GET\",\"own\":\"here\",\"who\":\"admin\"}")]
    public async Task It_may_become_a_question_of_another_form(string to, string answer)
    {
        await using var node = await StartAsync();
        var shown = await node.SendAsync("GET", Path("/db/_design/fun/_rewrite", to));
        Assert.Equal(200, shown.Status);
        Assert.Contains(answer, Encoding.UTF8.GetString(shown.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_changes_something_may_become_another_one()
    {
        await using var node = await StartAsync();
        Assert.Equal(201, (await node.SendAsync("POST", Path("/db/_design/fun/_rewrite", """{"method":"PUT","path":"../../new"}"""), "{}")).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/db/new")).Status);
    }

    [Theory]
    [InlineData("../../../victim")]
    [InlineData("../../../victim/doc")]
    [InlineData("../../../db/doc")]
    [InlineData("%2e%2e/%2E%2e/../victim")]
    [InlineData("../../x/../../victim")]
    [InlineData("../../../_all_dbs")]
    [InlineData("../../../../../_session")]
    [InlineData("../../..?x=1")]
    public async Task Functions_stay_in_their_database(string path)
    {
        await using var node = await StartAsync();
        foreach (var method in (string[])["GET", "POST", "DELETE"])
        {
            var answer = await node.SendAsync(method, Path("/db/_design/fun/_rewrite", new JsonObject { ["path"] = path }.ToJsonString()));
            Assert.Equal((500, "insecure_rewrite_rule"), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["error"]));
        }

        Assert.Equal(200, (await node.SendAsync("GET", "/victim/doc")).Status);
    }

    [Theory]
    [InlineData("two/%2e%2e")]
    [InlineData("three/%2e%2e/victim")]
    [InlineData("three/%2E./victim")]
    [InlineData("rest/%2e%2e/victim/doc")]
    [InlineData("rest/a/%2e%2e/%2e%2e/victim")]
    [InlineData("query?p=..")]
    [InlineData("query?p=%2e%2e")]
    public async Task Rules_stay_in_their_database_whatever_they_bind(string path)
    {
        await using var node = await StartAsync();
        var answer = await node.SendAsync("GET", "/db/_design/rules/_rewrite/" + path);
        Assert.Equal((500, "insecure_rewrite_rule"), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["error"]));
    }

    /// <summary>With a look at each of the other parameters and formats it would take hours, in which nobody could end it.</summary>
    [Fact]
    public async Task Rules_with_many_parameters_are_applied_in_one_pass()
    {
        const int Many = 100_000;
        var rule = new JsonObject
        {
            ["from"] = "many",
            ["to"] = "../../doc/" + string.Join('/', Enumerable.Range(0, Many).Select(static i => ":p" + i)),
            ["query"] = new JsonObject(Enumerable.Range(0, Many).Select(static i => KeyValuePair.Create("p" + i, (JsonNode?)(":q" + i)))),
            ["formats"] = new JsonObject(Enumerable.Range(0, Many).Select(static i => KeyValuePair.Create("q" + i, (JsonNode?)"int"))),
        };
        await using var node = await StartAsync();
        await node.SendAsync("PUT", "/db/_design/long", new JsonObject { ["rewrites"] = new JsonArray(rule) }.ToJsonString());
        Assert.Equal(404, (await node.SendAsync("GET", "/db/_design/long/_rewrite/many")).Status);
    }

    [Theory]
    [InlineData("two/a%2Fb", "a/b")]
    [InlineData("two/..%2Fvictim", "../victim")]
    [InlineData("rest/doc", "doc")]
    [InlineData("rest/x/%2e%2e/doc", "doc")]
    public async Task Names_with_slashes_stay_names(string path, string id)
    {
        await using var node = await StartAsync();
        Assert.InRange((await node.SendAsync("PUT", "/db/" + Uri.EscapeDataString(id), "{}")).Status, 201, 409);
        Assert.Equal(id, (string?)JsonNode.Parse((await node.SendAsync("GET", "/db/_design/rules/_rewrite/" + path)).Body)!["_id"]);
    }

    [Fact]
    public async Task They_may_leave_it_where_the_node_says_so()
    {
        await using var node = await StartAsync(("chttpd", "secure_rewrites", "false"));
        Assert.Equal("doc", (string?)JsonNode.Parse((await node.SendAsync("GET", "/db/_design/rules/_rewrite/rest/%2e%2e/victim/doc")).Body)!["_id"]);
        Assert.Equal("doc", (string?)JsonNode.Parse(
            (await node.SendAsync("GET", Path("/db/_design/fun/_rewrite", """{"path":"../../../victim/doc"}"""))).Body)!["_id"]);
        Assert.Equal(200, (await node.SendAsync("POST", Path("/db/_design/fun/_rewrite", """{"method":"DELETE","path":"../../../victim"}"""))).Status);
        Assert.Equal(404, (await node.SendAsync("GET", "/victim")).Status);
    }

    /// <summary>What a rewritten GET may reach beside GET: whoever adds a line here has looked that it changes nothing.</summary>
    [Fact]
    public async Task Only_questions_count_as_safe()
    {
        await using var node = await TestNode.StartAsync();
        var routes = node.Routes;
        Assert.Equal(
            [
                "/_dbs_info/**",
                "/{db}/_all_docs",
                "/{db}/_all_docs/queries",
                "/{db}/_bulk_get",
                "/{db}/_changes/**",
                "/{db}/_design/{ddoc}/_list/**",
                "/{db}/_design/{ddoc}/_view/{view}",
                "/{db}/_design/{ddoc}/_view/{view}/queries",
                "/{db}/_design_docs",
                "/{db}/_design_docs/queries",
                "/{db}/_explain",
                "/{db}/_find",
                "/{db}/_local_docs",
                "/{db}/_local_docs/queries",
                "/{db}/_missing_revs",
                "/{db}/_revs_diff",
            ],
            Patterns(static handler => handler is { Method: "POST", IsSafe: true }));
        Assert.Empty(Patterns(static handler => handler is { Method: "PUT" or "DELETE" or "COPY", IsSafe: true }));
        Assert.Equal(["/_replicate", "/{db}/_design/{ddoc}/_update/**"], Patterns(static handler => handler is { Method: "*", IsSafe: false }));

        IEnumerable<string> Patterns(Func<MethodHandler, bool> wanted) =>
            routes.Where(route => route.Handlers.Any(wanted)).Select(static route => route.Pattern).Order(StringComparer.Ordinal);
    }

    /// <summary>Elsewhere a function's answer may have a text for its code, and anything for a header, but not here.</summary>
    [Theory]
    [InlineData("""{"code":"200","body":"x"}""")]
    [InlineData("""{"code":200,"headers":{"X-A":1},"body":"x"}""")]
    [InlineData("""{"code":200,"headers":[1],"body":"x"}""")]
    [InlineData("""{"path":"../../doc","headers":[1]}""")]
    public async Task An_answer_of_another_shape_is_refused(string answer)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        const string Design = """{"rewrites":"function(req) { return JSON.parse(req.query.to); }"}""";
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", Design, headers: "Content-Type: application/json")).Status);

        var refused = await node.SendAsync("GET", "/db/_design/d/_rewrite/?to=" + Uri.EscapeDataString(answer));

        Assert.Equal(500, refused.Status);
        Assert.Contains("rewrite_error", System.Text.Encoding.UTF8.GetString(refused.Body), StringComparison.Ordinal);
    }

    private static string Path(string path, string to) => path + "?to=" + Uri.EscapeDataString(to);

    private static async Task<string> StateAsync(TestNode node)
    {
        var state = new List<string>();
        foreach (var path in (string[])["/_all_dbs", "/db/_changes", "/db/_security", "/db/_revs_limit", "/db/_local_docs", "/db/_purged_infos"])
        {
            state.Add(Encoding.UTF8.GetString((await node.SendAsync("GET", path)).Body));
        }

        return string.Concat(state);
    }

    private static async Task<TestNode> StartAsync(params (string Section, string Key, string Value)[] settings)
    {
        var node = await TestNode.StartAsync(settings);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/doc", "{}")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/fun", Design)).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/rules", Rules)).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/victim")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/victim/doc", "{}")).Status);
        return node;
    }
}
