using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace CloudWall.Crash.Tests.Hostile;

/// <summary>
/// Ordinary requests to databases of their own while others run hostile functions: reads, validated writes, a view that is always behind,
/// views that are built from nothing, a list of many rows, and functions that need more memory than each begins with.
/// </summary>
/// <param name="client">Asks the node.</param>
/// <param name="limit">
/// Milliseconds that a function may take. Where they are few, what needs much memory may rightly run out of time beside others, and is left out.
/// </param>
internal sealed class Neighbours(HttpClient client, int limit)
{
    private const int Documents = 400;
    private const int BuildEvery = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // A function begins with 16 MiB: this takes 24 more, in a small part of the shortest limit.
    private const string Large = "var all = []; for (var i = 0; i < 24; i++) { all.push(new Array(1 << 16).fill(i)); }";

    private const string Count =
        "function () { var row, n = 0, size = 0; while ((row = getRow())) { n++; size += row.value.length; send(row.value.slice(0, 9)); } "
        + "send(' rows ' + n + ', ' + size); }";

    private const string Design = $$"""
        {
          "n": -1,
          "validate_doc_update": "function (doc) { if (!('n' in doc)) { throw {forbidden: 'n is missing'}; } }",
          "views": {
            "n": {"map": "function (doc) { emit(doc.n, 1); }", "reduce": "_sum"},
            "text": {"map": "function (doc) { if (doc.text) { emit(doc._id, doc.text); } }"}
          },
          "shows": {"large": "function (doc) { {{Large}} return 'large ' + all.length + ' ' + doc.n; }"},
          "lists": {"count": "{{Count}}"}
        }
        """;

    private readonly ConcurrentBag<(TimeSpan Took, string What)> _times = [];
    private int _answered;

    /// <summary>Requests that were answered.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>The slowest of them, slowest first.</summary>
    public IReadOnlyList<(TimeSpan Took, string What)> Slowest => [.. _times.OrderByDescending(static time => time.Took).Take(5)];

    /// <summary>What went wrong, in words.</summary>
    public ConcurrentBag<string> Failures { get; } = [];

    /// <summary>Makes the databases, with more than a mebibyte in each.</summary>
    public async Task PrepareAsync()
    {
        foreach (var database in (string[])["good1", "good2"])
        {
            (await client.PutAsync(database, null)).EnsureSuccessStatusCode();
            await AskAsync(HttpMethod.Put, $"{database}/_design/d", Design, "\"ok\":true");
            await AskAsync(HttpMethod.Put, $"{database}/n0", "{\"n\":0}", "\"ok\":true");
            await AskAsync(HttpMethod.Put, $"{database}/large", Text(new string('l', 1 << 20)).ToJsonString(), "\"ok\":true");
            var documents = Enumerable.Range(0, Documents).Select(static i => (JsonNode)Text($"text {i} " + new string('x', 2000)));
            var all = new JsonObject { ["docs"] = new JsonArray([.. documents]) }.ToJsonString();
            await AskAsync(HttpMethod.Post, $"{database}/_bulk_docs", all, "\"ok\":true");
            await RoundAsync(database, 0);
        }

        _times.Clear();
        Volatile.Write(ref _answered, 0);
    }

    /// <summary>Goes on until it is told to end.</summary>
    public Task RunAsync(CancellationToken ended) => Task.WhenAll(((string[])["good1", "good2"]).Select(async database =>
    {
        for (var i = 1; !ended.IsCancellationRequested; i++)
        {
            await RoundAsync(database, i);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }));

    private async Task RoundAsync(string database, int i)
    {
        await AskAsync(HttpMethod.Get, $"{database}/n0", null, "\"n\":0");
        await AskAsync(HttpMethod.Put, Numbered(database, "m", i), "{\"n\":1}", "\"ok\":true");
        await AskAsync(HttpMethod.Put, Numbered(database, "refused", i), "{}", "n is missing", HttpStatusCode.Forbidden);
        await AskAsync(HttpMethod.Get, $"{database}/_design/d/_view/n?key=1", null, Value(i + 1));
        await AskAsync(HttpMethod.Get, $"{database}/_design/d/_list/count/text", null, $"rows {Documents + 1}");
        if (limit >= 1000)
        {
            await AskAsync(HttpMethod.Get, $"{database}/_design/d/_show/large/n0", null, "large 24 0");
        }

        if (i % BuildEvery == 0)
        {
            await BuildAsync(database, i);
        }
    }

    /// <summary>Has a view built that nobody has asked for yet.</summary>
    private async Task BuildAsync(string database, int i)
    {
        var path = $"{database}/_design/built";
        using var head = await client.GetAsync(path);
        var design = new JsonObject
        {
            ["n"] = -1,
            ["views"] = new JsonObject
            {
                ["v"] = new JsonObject
                {
                    ["map"] = $"function (doc) {{ if (doc.text) {{ emit(doc.text.slice(0, 9), {i}); }} }}",
                    ["reduce"] = "_sum",
                },
            },
        };
        if (head.IsSuccessStatusCode)
        {
            design["_rev"] = (string?)JsonNode.Parse(await head.Content.ReadAsStringAsync())!["_rev"];
        }

        await AskAsync(HttpMethod.Put, path, design.ToJsonString(), "\"ok\":true");
        await AskAsync(HttpMethod.Get, path + "/_view/v", null, Value(i * (Documents + 1)));
    }

    private static JsonObject Text(string text) => new JsonObject { ["n"] = 0, ["text"] = text };

    private static string Value(int value) => string.Create(CultureInfo.InvariantCulture, $"\"value\":{value}");

    private static string Numbered(string database, string name, int i) =>
        string.Create(CultureInfo.InvariantCulture, $"{database}/{name}{i}");

    private async Task AskAsync(HttpMethod method, string path, string? body, string expected, HttpStatusCode? status = null)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null)
            {
                request.Content = new StringContent(body, null, "application/json");
            }

            using var answer = await client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var asWanted = status is null ? answer.IsSuccessStatusCode : answer.StatusCode == status;
            if (!asWanted || !text.Contains(expected, StringComparison.Ordinal))
            {
                Failures.Add($"{method} {path}: {(int)answer.StatusCode} {text[..Math.Min(text.Length, 300)]}");
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            Failures.Add($"{method} {path}: {failure.Message}");
        }

        Interlocked.Increment(ref _answered);
        _times.Add((Stopwatch.GetElapsedTime(started), $"{method} {path}"));
    }
}
