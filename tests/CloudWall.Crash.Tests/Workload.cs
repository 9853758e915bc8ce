using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CloudWall.Crash.Tests;

/// <summary>Writes of all kinds from several clients at once, until the node is gone or enough has been acknowledged.</summary>
internal sealed class Workload(Ledger ledger, int seed)
{
    public const string Database = "crash";

    /// <summary>Views over all documents: by id, and by the last digits of their values.</summary>
    public const string Views = Database + "/_design/views/_view/";

    private const string Design =
        """
        {"views":{"ids":{"map":"function (doc) { emit(doc._id, doc.v); }","reduce":"_sum"},
        "digits":{"map":"function (doc) { emit([doc.v % 10, doc.v], doc.v); emit([doc.v % 7, doc._id], 1); }",
        "reduce":"function (keys, values, rereduce) { return Math.max.apply(null, values); }"}}}
        """;

    private const int DocumentsOfClient = 12;
    private int _values = seed * 100_000;

    /// <summary>How many write at once.</summary>
    public int Clients { get; init; } = 6;

    /// <summary>Whether compactions are asked for.</summary>
    public bool IsCompacting { get; init; } = true;

    /// <summary>Writes until so many writes have been acknowledged, or the node does not answer any more.</summary>
    public async Task RunAsync(NodeProcess node, int acknowledged)
    {
        var end = ledger.Count + acknowledged;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async number =>
        {
            var random = new Random((seed * Clients) + number);
            try
            {
                while (ledger.Count < end && !node.HasExited)
                {
                    await WriteAsync(node.Client, number, random);
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or OperationCanceledException)
            {
                // The node has died.
            }
        }));
    }

    /// <summary>Makes the views where there are none.</summary>
    public static async Task PutViewsAsync(HttpClient client)
    {
        using var answer = await client.PutAsync(Database + "/_design/views", Json(Design));
        Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict);
    }

    private static async Task QueryAsync(HttpClient client, Random random)
    {
        using var answer = await client.GetAsync(Views + (random.Next(2) == 0 ? "ids" : "digits?group_level=1"));
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound);
    }

    private Task WriteAsync(HttpClient client, int number, Random random)
    {
        if (random.Next(8) == 0)
        {
            return QueryAsync(client, random);
        }

        var id = string.Create(CultureInfo.InvariantCulture, $"c{number}-{random.Next(DocumentsOfClient)}");
        return random.Next(20) switch
        {
            <= 6 => PutAsync(client, id, random.Next(4) == 0 ? (random.Next(3000), random.Next()) : null),
            <= 9 => AttachAsync(client, id, (random.Next(1, 2_000_000), random.Next())),
            <= 13 => BulkAsync(client, number, random),
            <= 15 => DeleteAsync(client, id),
            16 => PurgeAsync(client, id),
            17 => LocalAsync(client, number),
            18 => IsCompacting ? CompactAsync(client) : Task.CompletedTask,
            _ => DatabaseAsync(client, number),
        };
    }

    private async Task PutAsync(HttpClient client, string id, (int Length, int Seed)? content)
    {
        var state = new DocumentState(null, Interlocked.Increment(ref _values), content);
        ledger.Begin(id, state);
        using var answer = await client.PutAsync($"{Database}/{id}", Json(Body(id, state)));
        await FinishAsync(id, state, answer);
    }

    private async Task AttachAsync(HttpClient client, string id, (int Length, int Seed) content)
    {
        // The body stays as it is.
        if (ledger[id] is not { Revision: { } revision } before)
        {
            await PutAsync(client, id, null);
            return;
        }

        var state = before with { Revision = null, Content = content };
        ledger.Begin(id, state);
        var body = new ByteArrayContent(Contents.Make(content));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await client.PutAsync($"{Database}/{id}/file?rev={revision}", body);
        await FinishAsync(id, state, answer);
    }

    private async Task BulkAsync(HttpClient client, int number, Random random)
    {
        var ids = Enumerable.Range(0, DocumentsOfClient).Where(_ => random.Next(2) == 0)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"c{number}-{i}")).ToList();
        var states = ids.ConvertAll(_ => new DocumentState(null, Interlocked.Increment(ref _values), null));
        for (var i = 0; i < ids.Count; i++)
        {
            ledger.Begin(ids[i], states[i]);
        }

        using var answer = await client.PostAsync($"{Database}/_bulk_docs", Json($"{{\"docs\":[{string.Join(',', ids.Zip(states, Body))}]}}"));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        using var outcomes = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        foreach (var (outcome, i) in outcomes.RootElement.EnumerateArray().Select((outcome, i) => (outcome, i)))
        {
            if (outcome.TryGetProperty("rev", out var revision))
            {
                ledger.Acknowledge(ids[i], states[i] with { Revision = revision.GetString() });
            }
            else
            {
                ledger.Refuse(ids[i]);
            }
        }
    }

    private async Task DeleteAsync(HttpClient client, string id)
    {
        if (ledger[id] is { Revision: { } revision })
        {
            ledger.Begin(id, null);
            using var answer = await client.DeleteAsync($"{Database}/{id}?rev={revision}");
            await FinishAsync(id, null, answer);
        }
    }

    private async Task PurgeAsync(HttpClient client, string id)
    {
        if (ledger[id] is { Revision: { } revision })
        {
            ledger.Begin(id, null);
            using var answer = await client.PostAsync($"{Database}/_purge", Json($"{{\"{id}\":[\"{revision}\"]}}"));
            await FinishAsync(id, null, answer);
        }
    }

    private async Task LocalAsync(HttpClient client, int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"_local/c{number}");
        var state = new DocumentState(null, Interlocked.Increment(ref _values), null);
        ledger.Begin(id, state);
        using var answer = await client.PutAsync($"{Database}/{id}", Json(Body(id, state)));
        await FinishAsync(id, state, answer);
    }

    private static async Task CompactAsync(HttpClient client)
    {
        using var answer = await client.PostAsync($"{Database}/_compact", Json("{}"));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private async Task DatabaseAsync(HttpClient client, int number)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"other{number}");
        var state = ledger[name] is null ? new DocumentState(null, 0, null) : null;
        ledger.Begin(name, state);
        using var answer = state is null ? await client.DeleteAsync(name) : await client.PutAsync(name, null);
        Assert.True(answer.IsSuccessStatusCode, $"{name}: {answer.StatusCode}");
        ledger.Acknowledge(name, state);
    }

    private async Task FinishAsync(string id, DocumentState? state, HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
        {
            Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
            ledger.Refuse(id);
            return;
        }

        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        ledger.Acknowledge(id, state is null ? null : state with { Revision = json.RootElement.GetProperty("rev").GetString() });
    }

    private string Body(string id, DocumentState state)
    {
        var revision = ledger[id]?.Revision is { } known ? $"\"_rev\":\"{known}\"," : "";
        var attachments = state.Content is { } content
            ? $"\"_attachments\":{{\"file\":{{\"content_type\":\"text/plain\",\"data\":\"{Convert.ToBase64String(Contents.Make(content))}\"}}}},"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{{\"_id\":\"{id}\",{revision}{attachments}\"v\":{state.Value},\"twice\":{state.Value}}}");
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
