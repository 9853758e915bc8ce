using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudWall.Server.Http;

namespace CloudWall.Server.Tests.Access;

/// <summary>
/// What each kind of user gets of each endpoint, in each kind of database: as a CouchDB 3.5.0 answered
/// (<c>compat-tests/rights/record.mjs</c>), but for what <c>tests/rights/own.json</c> says and why.
/// </summary>
public sealed class RightsTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "rights");
    private static readonly JsonArray Requests = Read("requests.json").AsArray();
    private static readonly JsonObject Answers = Read("answers.json").AsObject();
    private static readonly JsonObject Own = Read("own.json").AsObject();
    private static readonly string Design = File.ReadAllText(Path.Combine(Folder, "design.json"));

    private static readonly Dictionary<string, string?> Roles = new()
    {
        ["anonymous"] = null,
        ["plain"] = "rights_plain:x",
        ["member"] = "rights_member:x",
        ["keeper"] = "rights_keeper:x",
        ["admin"] = "admin:pass",
        ["locked"] = "rights_locked:x",
    };

    private static readonly Dictionary<string, string?> Kinds = new()
    {
        ["public"] = """{"admins":{"names":["rights_keeper"]},"members":{}}""",
        ["members"] = """{"admins":{"names":["rights_keeper"]},"members":{"names":["rights_member"]}}""",
        ["admins"] = null,
    };

    public static TheoryData<string> AllKinds => [.. Kinds.Keys, "server"];

    /// <summary>One request after the other, each by all: a database that a request may have changed is made anew.</summary>
    [Theory]
    [MemberData(nameof(AllKinds))]
    public async Task Each_gets_what_CouchDB_gives(string kind)
    {
        await using var node = await StartAsync();
        var wrong = new List<string>();
        foreach (var request in Requests.OfType<JsonObject>())
        {
            var name = (string)request["request"]!;
            if (Expected(name)[kind] is not JsonObject expected)
            {
                continue;
            }

            var (method, path) = Split(name);
            foreach (var (role, credentials) in Roles)
            {
                if (kind != "server" && (role == "anonymous" || method is not ("GET" or "HEAD")))
                {
                    await MakeDatabaseAsync(node, "rights_" + kind, Kinds[kind]);
                }

                if (role == "locked")
                {
                    await LockAsync(node);
                }

                var target = path.Replace("{db}", "rights_" + kind, StringComparison.Ordinal);
                var answer = await node.SendAsync(method, target, BodyOf(request), credentials, HeadersOf(request));
                var actual = Brief(answer.Status, answer.Body);
                if (actual != (string?)expected[role])
                {
                    wrong.Add($"{name}, {kind}, {role}: {actual}; expected {(string?)expected[role]}");
                }
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count}:\n" + string.Join('\n', wrong));
    }

    [Fact]
    public async Task Each_endpoint_is_in_the_table()
    {
        await using var node = await TestNode.StartAsync();
        var asked = Requests.Select(static request => Split((string)request!["request"]!)).Select(request =>
        {
            Assert.True(RequestTarget.TryParse(
                request.Path.Split('?')[0].Replace("{db}", "db", StringComparison.Ordinal), plusIsSpace: true, out var target, out _));
            return node.Routes.Find(request.Method, target)?.Pattern;
        }).ToHashSet();
        var missing = node.Routes.Select(static route => route.Pattern).Where(pattern => !asked.Contains(pattern)).ToList();
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void What_is_the_nodes_own_has_a_reason_and_is_needed()
    {
        foreach (var (request, own) in Own)
        {
            Assert.True(Answers.ContainsKey(request), request);
            Assert.True(((string?)own!["why"])?.Length > 0, request);
            Assert.False(JsonNode.DeepEquals(Expected(request), Answers[request]), request);
        }
    }

    /// <summary>What CouchDB answered, with the node's own answers over it.</summary>
    private static JsonObject Expected(string request)
    {
        var all = Answers[request]!.DeepClone().AsObject();
        if (Own[request] is not JsonObject own)
        {
            return all;
        }

        foreach (var (kind, roles) in all)
        {
            foreach (var (role, answer) in own[kind] as JsonObject ?? [])
            {
                roles![role] = answer!.DeepClone();
            }
        }

        return all;
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync(("couchdb", "single_node", "true"), ("chttpd_auth_lockout", "mode", "enforce"));
        foreach (var name in Roles.Values.OfType<string>().Select(static credentials => credentials.Split(':')[0]).Except(["admin"]))
        {
            Assert.Equal(201, (await node.SendAsync(
                "PUT", "/_users/org.couchdb.user:" + name, $$"""{"name":"{{name}}","password":"x","roles":[],"type":"user"}""")).Status);
        }

        return node;
    }

    private static async Task MakeDatabaseAsync(TestNode node, string name, string? security)
    {
        await node.SendAsync("DELETE", $"/{name}_new");
        await node.SendAsync("DELETE", "/" + name);
        Assert.Equal(201, (await node.SendAsync("PUT", "/" + name)).Status);
        Assert.Equal(201, (await node.SendAsync(
            "PUT", $"/{name}/doc", """{"n":1,"_attachments":{"a":{"content_type":"text/plain","data":"QQ=="}}}""")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", $"/{name}/_local/l", "{}")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", $"/{name}/_design/d", Design)).Status);
        if (security is not null)
        {
            Assert.Equal(200, (await node.SendAsync("PUT", $"/{name}/_security", security)).Status);
        }
    }

    private static async Task LockAsync(TestNode node)
    {
        for (var i = 0; i < 6; i++)
        {
            await node.SendAsync("GET", "/_session", null, "rights_locked:wrong");
        }
    }

    /// <summary>What counts of an answer: its status, and of a refusal its error and reason.</summary>
    private static string Brief(int status, byte[] body)
    {
        try
        {
            return status >= 400 && JsonNode.Parse(body) is JsonObject answer
                ? $"{status} {(string?)answer["error"]}: {(string?)answer["reason"]}"
                : $"{status}";
        }
        catch (JsonException)
        {
            return $"{status}";
        }
    }

    private static (string Method, string Path) Split(string request)
    {
        var parts = request.TrimEnd('#').Split(' ');
        return (parts[0], parts[1]);
    }

    private static string? BodyOf(JsonObject request) => request["body"] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var body => body.ToJsonString(),
    };

    private static string[] HeadersOf(JsonObject request) =>
    [
        "Content-Type: application/json",
        "Accept: application/json",
        .. (request["headers"] as JsonObject ?? []).Select(static header => $"{header.Key}: {(string?)header.Value}"),
    ];

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file), Encoding.UTF8))!;
}
