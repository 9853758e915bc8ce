using System.Text.Json;
using System.Text.Json.Nodes;

namespace CloudWall.Scripting.Tests.Expressions;

/// <summary>
/// Expressions of all families of built-ins come to what they came to in a CouchDB 3.5.0 (QuickJS), in the words of
/// <c>compat-tests/expressions/describe.js</c>. <c>recorded.json</c> is a sample; <c>compat-tests/expressions/run.mjs</c> compares as many
/// as one likes with a real CouchDB, and says how the sample was recorded.
/// </summary>
public sealed class RecordedExpressionTests
{
    private const int Batch = 25;

    [Fact]
    public void Expressions_come_to_what_they_come_to_in_CouchDB()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Expressions");
        var describe = File.ReadAllText(Path.Combine(folder, "describe.js"));
        var recorded = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "recorded.json")))!.AsArray();
        var differences = new List<string>();
        foreach (var batch in recorded.Chunk(Batch))
        {
            var attempts = string.Join('\n', batch.Select(static each => $"attempt(() => ({(string?)each!["code"]}));"));
            var function = describe.Replace("/* EXPRESSIONS */", attempts, StringComparison.Ordinal)
                .Replace("return JSON.stringify(results);", "emit(null, results);", StringComparison.Ordinal);
            var row = Assert.Single(new Scripts().Map(function));
            var results = JsonSerializer.Deserialize<string[]>(row["0.0 null:".Length..])!;
            differences.AddRange(batch.Zip(results)
                .Where(static pair => (string?)pair.First!["result"] != pair.Second)
                .Select(static pair => $"{pair.First!["code"]}\n  recorded {pair.First!["result"]}\n  here {pair.Second}"));
        }

        Assert.Equal(500, recorded.Count);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
