using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CloudWall.Crash.Tests.Hostile;

/// <summary>
/// Well-behaved functions of all eight kinds, in a design document of their own. Each says what its world looks like (<c>world.js</c>), so
/// that nobody can spoil that unnoticed.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="database">The database that the design document is in.</param>
internal sealed partial class Witness(NodeProcess node, string database)
{
    private const int MostTries = 50;

    /// <summary>The text of the functions <c>world()</c> and <c>worldNumber()</c>.</summary>
    public static readonly string World = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Hostile", "world.js")) + "\n";
    private readonly Dictionary<string, string> _clean = [];
    private string? _filtered;
    private string? _revision;
    private int _writes;

    /// <summary>The text of a function that says what its world looks like, as <c>worldNumber()</c> and <c>world()</c>.</summary>
    public static string Function(string parameters, string body) => $"function ({parameters}) {{\n{World}{body} }}";

    /// <summary>Makes the design document, and asks for what each kind's world looks like when nothing has spoiled it.</summary>
    public async Task PrepareAsync()
    {
        var design = new JsonObject
        {
            ["views"] = new JsonObject
            {
                ["map"] = new JsonObject { ["map"] = Function("doc", "emit(doc._id, [doc.i, worldNumber()]);") },
                ["reduce"] = new JsonObject
                {
                    ["map"] = "function (doc) { emit(doc._id, 1); }",
                    ["reduce"] = Function("keys, values, rereduce", "return worldNumber();"),
                },
            },
            ["filters"] = new JsonObject
            {
                ["f"] = Function(
                    "doc, req",
                    "if (!req.query.expected) throw new Error(worldNumber()); "
                    + "return doc._id == 'probe' && req.query.expected == worldNumber();"),
            },
            ["validate_doc_update"] = $"function (doc) {{ if (doc.witness) {{ {World} throw {{forbidden: worldNumber()}}; }} }}",
            ["shows"] = new JsonObject { ["f"] = Function("doc, req", "return req.query.text ? world().join('\\n') : worldNumber();") },
            ["lists"] = new JsonObject
            {
                ["f"] = Function("head, req", "var row, n = 0; while ((row = getRow())) { n++; } send(worldNumber());"),
            },
            ["updates"] = new JsonObject { ["f"] = Function("doc, req", "return [null, worldNumber()];") },
            ["rewrites"] = Function("req", "return {code: 200, body: worldNumber()};"),
        };
        (await node.Client.PutAsJsonAsync($"{database}/_design/witness", design)).EnsureSuccessStatusCode();
        foreach (var kind in FunctionKind.All)
        {
            Assert.Null(await WriteAsync());
            var seen = await AskAsync(kind.Name);
            Assert.Matches(Number(), seen);
            if (kind.Name is "filter")
            {
                // It can only say yes or no, or throw: it says yes where its world looks as it did now.
                _filtered = Number().Match(seen).Value;
                seen = await AskAsync(kind.Name);
                Assert.Equal("probe", seen);
            }

            _clean[kind.Name] = seen;
        }
    }

    /// <summary>Runs the well-behaved function of a kind once more.</summary>
    /// <returns>What is wrong with its answer; null if nothing is.</returns>
    public async Task<string?> TestifyAsync(string kind)
    {
        try
        {
            var written = kind is "map" or "reduce" or "filter" ? await WriteAsync() : null;
            var seen = await AskAsync(kind);
            return written ?? (seen == _clean[kind] ? null : $"witness in {database}, {kind}: {seen} instead of {_clean[kind]}");
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            return $"witness in {database}, {kind}: {failure.Message}";
        }
    }

    /// <summary>Changes a document, so that views and filters have to run their functions again.</summary>
    private async Task<string?> WriteAsync()
    {
        var body = new JsonObject { ["i"] = 1, ["writes"] = ++_writes };
        if (_revision is not null)
        {
            body["_rev"] = _revision;
        }

        using var answer = await node.Client.PutAsJsonAsync($"{database}/probe", body);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
        {
            return $"witness in {database}, write: {(int)answer.StatusCode} {text}";
        }

        _revision = (string?)JsonNode.Parse(text)!["rev"];
        return null;
    }

    /// <summary>Asks until there is an answer: on a busy machine the function may not have its processor in time.</summary>
    private async Task<string> AskAsync(string kind)
    {
        var text = await AskOnceAsync(kind);
        for (var tries = 1; tries < MostTries && NodeProcess.MayPass(text); tries++)
        {
            text = await AskOnceAsync(kind);
        }

        return text;
    }

    private async Task<string> AskOnceAsync(string kind)
    {
        var (method, path, body) = kind switch
        {
            "map" => ("GET", "_design/witness/_view/map?key=\"probe\"", null),
            "reduce" => ("GET", "_design/witness/_view/reduce", null),
            "filter" when _filtered is null => ("GET", "_changes?filter=witness/f", null),
            "filter" => ("GET", "_changes?filter=witness/f&expected=" + Uri.EscapeDataString(_filtered), null),
            "validate" => ("POST", "", "{\"witness\":true}"),
            "show" => ("GET", "_design/witness/_show/f/probe", null),
            "list" => ("GET", "_design/witness/_list/f/reduce?reduce=false", null),
            "update" => ("POST", "_design/witness/_update/f/probe", "{}"),
            _ => ("GET", "_design/witness/_rewrite/x", (string?)null),
        };
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{database}/{path}");
        if (body is not null)
        {
            request.Content = new StringContent(body, null, "application/json");
        }

        using var answer = await node.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();

        // Sequences and revisions differ each time.
        return kind is not "filter" || !answer.IsSuccessStatusCode
            ? text
            : string.Join(' ', JsonNode.Parse(text)!["results"]!.AsArray().Select(static row => (string?)row!["id"]));
    }

    [GeneratedRegex("world [0-9]+ [0-9]+ -?[0-9]+")]
    private static partial Regex Number();
}
