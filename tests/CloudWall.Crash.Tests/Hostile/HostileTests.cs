using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CloudWall.Crash.Tests.Hostile;

/// <summary>
/// Functions that mean harm, of all eight kinds at a time, each from a database of its own, in a node that must live on and serve others.
/// <c>CLOUDWALL_HOSTILE_LIMIT</c>: milliseconds that a function may take (CouchDB's default is 5000).
/// <c>CLOUDWALL_HOSTILE_SHARE</c>: of the pieces that take as long as they may, only every so many is tried, and four times as many of the
/// others (1: all of them). Those that reach for what is not theirs are all tried.
/// <c>CLOUDWALL_HOSTILE_ONLY</c>: parts of the names of the pieces to try, with commas between them.
/// </summary>
[Collection(nameof(HostileTests))]
[CollectionDefinition(nameof(HostileTests), DisableParallelization = true)]
public sealed class HostileTests(ITestOutputHelper output)
{
    private const string Injected = "X-Injected";
    private const string Harmless = "var two = 1 + 1;";
    private const int ControlEvery = 20;
    private const int MostControls = 20;
    private const int MostTries = 3;

    /// <summary>So many pieces take long enough for a thousand requests of others.</summary>
    private const int ManyPieces = 80;

    private const int Mebibyte = 1024 * 1024;
    private const int MostOfAnAnswer = 64 * Mebibyte;

    private static readonly int Limit = Soak.Number("CLOUDWALL_HOSTILE_LIMIT", 200);
    private static readonly UTF8Encoding Strict = new(false, true);

    // Documents of which each must be tried: two small ones, one that is large, one that is deep and has all kinds of characters.
    private static readonly Dictionary<string, JsonObject> Documents = new Dictionary<string, JsonObject>
    {
        ["a"] = new() { ["n"] = 1 },
        ["b"] = new()
        {
            ["n"] = 2,
            ["_attachments"] = new JsonObject { ["x"] = new JsonObject { ["data"] = "QQ==", ["content_type"] = "text/plain" } },
        },
        ["large"] = new() { ["n"] = 3, ["parts"] = new JsonArray([.. Enumerable.Range(0, 5000).Select(Part)]) },
        ["odd"] = new()
        {
            ["n"] = 4,
            ["text"] = "\0\u2028é€😀\ufffd",
            ["inner"] = new JsonObject { ["__proto__"] = new JsonObject { ["n"] = 5 } },
            ["toJSON"] = 6,
            ["deep"] = Deep(50),
        },
    };

    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentQueue<(FunctionKind Kind, HostilePiece Piece)> _late = [];

    /// <summary>Nothing that a function does costs the process, its memory, or others' requests.</summary>
    [Fact]
    public async Task Functions_that_mean_harm_cost_only_themselves()
    {
        using var data = new TemporaryDirectory();

        // What is kept of functions that nobody calls any more would count as what harm has left.
        await using var node = await NodeProcess.StartAsync(
            data.Path, more: $"[couchdb]\nos_process_timeout = {Limit}\n[query_server_config]\nos_process_idle_limit = 20\n");
        var neighbours = new Neighbours(node.Client, Limit);
        await neighbours.PrepareAsync();
        var own = await PrepareAsync(node);
        (await node.Client.PutAsync("elsewhere", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        var elsewhere = new Witness(node, "elsewhere");
        await elsewhere.PrepareAsync();
        await ControlAsync(node, "before all");
        var idle = node.ResidentBytes;

        using var ended = new CancellationTokenSource();
        var others = neighbours.RunAsync(ended.Token);
        var memory = WatchAsync(node, ended.Token);
        var stalls = StallsAsync(ended.Token);
        var pieces = Chosen();
        for (var i = 0; i < pieces.Count && !node.HasExited; i++)
        {
            var piece = pieces[i];
            var turn = FunctionKind.All[i % FunctionKind.All.Count];

            // All kinds at once, and one of them several times at once.
            await Task.WhenAll(FunctionKind.All.Select(kind => TryAsync(node, kind, piece, kind == turn ? 3 : 1)));
            foreach (var kind in FunctionKind.All.Where(kind => kind == turn || !piece.TakesLong))
            {
                await TestifyAsync(node, own[kind.Name], kind.Name, piece);
            }

            // One of them alone, and those that were late.
            while (_late.TryDequeue(out var late))
            {
                await TryAloneAsync(node, late.Kind, late.Piece);
            }

            await TryAloneAsync(node, turn, piece);
            await TestifyAsync(node, own[turn.Name], turn.Name, piece);
            await TestifyAsync(node, elsewhere, turn.Name, piece);
            if (i % ControlEvery == 0 && !node.HasExited)
            {
                await ControlAsync(node, "after " + piece.Name);
            }
        }

        Assert.False(node.HasExited, node.HasExited ? string.Join('\n', _failures) + '\n' + await node.Errors : "");
        await ControlAsync(node, "after all");
        foreach (var kind in FunctionKind.All)
        {
            await TestifyAsync(node, elsewhere, kind.Name, pieces[^1]);
        }

        var meanwhile = neighbours.Answered;
        await ended.CancelAsync();
        await others;
        var (peak, stall) = (await memory, await stalls);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{pieces.Count} pieces; others: {neighbours.Answered} requests, slowest {neighbours.Slowest[0].Took.TotalMilliseconds:0} ms, "
            + $"this process stood still for {stall.TotalMilliseconds:0} ms at most; "
            + $"memory: {idle / Mebibyte} MiB, at most {(peak - idle) / Mebibyte} MiB more"));
        output.WriteLine(string.Join('\n', neighbours.Slowest));
        Assert.True(_failures.IsEmpty, string.Join("\n", _failures));
        Assert.True(neighbours.Failures.IsEmpty, $"{neighbours.Failures.Count}: " + string.Join("\n", neighbours.Failures.Take(20)));
        Assert.True(pieces.Count < ManyPieces || meanwhile >= 1000, $"{meanwhile} requests while harm was done");

        // What the machine does not give to this process it does not give to the node either.
        Assert.True(neighbours.Slowest[0].Took - stall < TimeSpan.FromSeconds(2), string.Join('\n', neighbours.Slowest));
        Assert.True(peak - idle <= 300L * Mebibyte, $"{(peak - idle) / Mebibyte} MiB more than before.");

        // What neighbours have written and asked for stays in memory.
        await FallsAsync(node, idle + Math.Max(100L * Mebibyte, (peak - idle) / 4 * 3));
        Assert.Equal(0, await node.StopAsync());
        Assert.DoesNotContain("nhandled", await node.Errors, StringComparison.Ordinal);
    }

    private void Fail(string what)
    {
        output.WriteLine(what);
        _failures.Enqueue(what);
    }

    private static List<HostilePiece> Chosen()
    {
        var only = Environment.GetEnvironmentVariable("CLOUDWALL_HOSTILE_ONLY");
        if (only is not null)
        {
            var parts = only.Split(',');
            return [.. HostilePiece.Load().Where(piece => parts.Any(part => piece.Name.Contains(part, StringComparison.Ordinal)))];
        }

        var share = Soak.Number("CLOUDWALL_HOSTILE_SHARE", 16);
        var pieces = HostilePiece.Load().ToLookup(static piece => piece.TakesLong);
        return
        [
            .. pieces[true].Where((_, i) => i % share == 0),
            .. pieces[false].Where((piece, i) => piece.Reaches || i % Math.Max(1, share / 4) == 0),
        ];
    }

    private static JsonNode Part(int i) => new JsonObject { ["i"] = i, ["text"] = "part " + i };

    private static JsonNode Deep(int levels)
    {
        JsonNode node = JsonValue.Create(1);
        for (var i = 0; i < levels; i++)
        {
            node = i % 2 == 0 ? new JsonArray(node) : new JsonObject { ["d"] = node };
        }

        return node;
    }

    /// <summary>Makes a database for each kind, with documents and a witness.</summary>
    private static async Task<Dictionary<string, Witness>> PrepareAsync(NodeProcess node)
    {
        var witnesses = new Dictionary<string, Witness>();
        foreach (var kind in FunctionKind.All)
        {
            (await node.Client.PutAsync(kind.Name, null)).EnsureSuccessStatusCode();
            foreach (var (id, document) in Documents)
            {
                (await node.Client.PutAsJsonAsync($"{kind.Name}/{id}", document)).EnsureSuccessStatusCode();
            }

            witnesses.Add(kind.Name, new Witness(node, kind.Name));
            await witnesses[kind.Name].PrepareAsync();
        }

        return witnesses;
    }

    /// <summary>The same functions with a statement that does nothing do what they should, or the trials would show nothing.</summary>
    private async Task ControlAsync(NodeProcess node, string when)
    {
        foreach (var kind in FunctionKind.All)
        {
            foreach (var design in (JsonObject[])[kind.WhenCalled(Harmless), kind.WhenLoaded(Harmless)])
            {
                // On a busy machine even this may not have its processor in time.
                var text = "os_process_error";
                for (var tries = 0; tries < MostControls && NodeProcess.MayPass(text); tries++)
                {
                    await PutDesignAsync(node, kind, design);
                    text = (await CallAsync(node, kind)).Text;
                }

                if (!text.Contains(kind.Expected, StringComparison.Ordinal))
                {
                    Fail($"control {when}, {kind.Name}: {text}");
                }
            }
        }
    }

    /// <summary>A well-behaved function of the same kind does what it did before all, in the world that it had then.</summary>
    private async Task TestifyAsync(NodeProcess node, Witness witness, string kind, HostilePiece piece)
    {
        if (!node.HasExited && await witness.TestifyAsync(kind) is { } wrong)
        {
            Fail($"{piece.Name}, {kind}: afterwards {wrong}");
        }
    }

    /// <summary>Tries a piece while others are tried: each may have to wait for the limits of all others, on a few processors.</summary>
    private async Task TryAsync(NodeProcess node, FunctionKind kind, HostilePiece piece, int atOnce)
    {
        if (await RefusalAsync(node, kind, kind.WhenCalled(piece.Statements)) is { } refusal)
        {
            // It has no fault until it is called.
            Fail($"{piece.Name}, {kind.Name}: not taken: {refusal}");
            return;
        }

        var calls = FunctionKind.All.Count + 2 + ((CallsOf(kind) - 1) * 2);
        var tooLate = TimeSpan.FromMilliseconds(Limit * calls) + TimeSpan.FromSeconds(1);
        var times = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => JudgeAsync(node, kind, piece, "")));
        if (times.Max() > tooLate)
        {
            // On a busy machine it may not have been its fault.
            output.WriteLine($"{piece.Name}, {kind.Name}: took {times.Max().TotalSeconds:0.0} s of {tooLate.TotalSeconds:0.0} s");
            _late.Enqueue((kind, piece));
        }
    }

    /// <summary>
    /// Tries a piece alone, called and when it is loaded: it ends within its limit and a second. A busy machine is given three tries.
    /// </summary>
    private async Task TryAloneAsync(NodeProcess node, FunctionKind kind, HostilePiece piece)
    {
        var tooLate = TimeSpan.FromMilliseconds(Limit * CallsOf(kind)) + TimeSpan.FromSeconds(1);
        foreach (var form in (string[])["called alone", "loaded alone"])
        {
            var design = form is "called alone" ? kind.WhenCalled(piece.Statements) : kind.WhenLoaded(piece.Statements);
            var took = TimeSpan.MaxValue;
            for (var tries = 0; tries < MostTries && took > tooLate && !node.HasExited; tries++)
            {
                if (await RefusalAsync(node, kind, design) is { } refusal)
                {
                    if (form is "called alone" || !refusal.Contains("\"error\"", StringComparison.Ordinal))
                    {
                        Fail($"{piece.Name}, {kind.Name}, {form}: not taken: {refusal}");
                    }

                    took = TimeSpan.Zero;
                    break;
                }

                took = await JudgeAsync(node, kind, piece, ", " + form);
            }

            if (took > tooLate && !node.HasExited)
            {
                Fail($"{piece.Name}, {kind.Name}, {form}: took {took.TotalSeconds:0.0} s of {tooLate.TotalSeconds:0.0} s");
            }
        }

        if (!node.HasExited)
        {
            await RemoveDesignAsync(node, kind, piece);
        }
    }

    /// <summary>How often a request of a kind calls the function, one call after the other.</summary>
    private static int CallsOf(FunctionKind kind) => kind.Name switch
    {
        // The documents and the witness's; where a function is loaded again for each, too. The changes feed has design documents as well.
        "map" => Documents.Count + 1,
        "filter" => Documents.Count + 3,
        "reduce" => 2,
        _ => 1,
    };

    /// <summary>Calls the function and looks at what comes.</summary>
    /// <returns>How long it took.</returns>
    private async Task<TimeSpan> JudgeAsync(NodeProcess node, FunctionKind kind, HostilePiece piece, string form)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = await CallAsync(node, kind);
            if (answer.Wrong(kind, piece) is { } wrong)
            {
                Fail($"{piece.Name}, {kind.Name}{form}: {wrong}: {answer.Status} {answer.Text[..Math.Min(answer.Text.Length, 300)]}");
            }
        }
        catch (HttpRequestException failure) when (!node.HasExited && kind.Name is "list")
        {
            // Part of the list was out when it failed: the connection is cut, so that nobody takes it for the whole.
            output.WriteLine($"{piece.Name}, {kind.Name}: {failure.Message}");
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded)
        {
            // More headers than this client takes.
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            Fail($"{piece.Name}, {kind.Name}{form}: {failure.Message}{(node.HasExited ? " (the process has ended)" : "")}");
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task<string?> RefusalAsync(NodeProcess node, FunctionKind kind, JsonObject design)
    {
        try
        {
            return await PutDesignAsync(node, kind, design);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            return failure.Message;
        }
    }

    /// <summary>Puts the design document over the one before.</summary>
    /// <returns>Null, or why it was refused.</returns>
    private static async Task<string?> PutDesignAsync(NodeProcess node, FunctionKind kind, JsonObject design)
    {
        var path = $"{kind.Name}/_design/d";
        using var head = await node.Client.GetAsync(path);
        design.Remove("_rev");
        if (head.IsSuccessStatusCode)
        {
            design["_rev"] = (string?)JsonNode.Parse(await head.Content.ReadAsStringAsync())!["_rev"];
        }

        using var answer = await node.Client.PutAsJsonAsync(path, design);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode is HttpStatusCode.Created ? null : $"{(int)answer.StatusCode} {text}";
    }

    /// <summary>Whatever a design document does, it can be removed.</summary>
    private async Task RemoveDesignAsync(NodeProcess node, FunctionKind kind, HostilePiece piece)
    {
        var refusal = await RefusalAsync(node, kind, new JsonObject { ["_deleted"] = true });
        if (refusal is not null && !refusal.StartsWith("200 ", StringComparison.Ordinal))
        {
            Fail($"{piece.Name}, {kind.Name}: not removed: {refusal}");
        }
    }

    private static async Task<HostileAnswer> CallAsync(NodeProcess node, FunctionKind kind)
    {
        using var request = new HttpRequestMessage(new HttpMethod(kind.Method), kind.Name + kind.Path);
        if (kind.Body is not null)
        {
            request.Content = new StringContent(kind.Body, null, "application/json");
        }

        using var answer = await node.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var beginning = new MemoryStream();
        var buffer = new byte[64 * 1024];
        var whole = true;
        int read;
        while ((read = await body.ReadAsync(buffer)) > 0)
        {
            whole &= beginning.Length < MostOfAnAnswer;
            if (whole)
            {
                beginning.Write(buffer, 0, read);
            }
        }

        var bytes = beginning.ToArray();
        return new HostileAnswer(
            (int)answer.StatusCode,
            Encoding.UTF8.GetString(bytes),
            answer.Headers.Contains(Injected) || answer.Content.Headers.Contains(Injected) || answer.TrailingHeaders.Contains(Injected),
            !whole || IsJson(bytes));
    }

    private static bool IsJson(byte[] bytes)
    {
        try
        {
            Strict.GetCharCount(bytes);
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = int.MaxValue });
            return true;
        }
        catch (Exception failure) when (failure is JsonException or DecoderFallbackException)
        {
            return false;
        }
    }

    private static async Task<long> WatchAsync(NodeProcess node, CancellationToken ended)
    {
        var peak = 0L;
        while (!ended.IsCancellationRequested && !node.HasExited)
        {
            peak = Math.Max(peak, node.ResidentBytes);
            await Task.Delay(50, CancellationToken.None);
        }

        return peak;
    }

    /// <summary>The longest time in which this process did nothing of what it should.</summary>
    private static async Task<TimeSpan> StallsAsync(CancellationToken ended)
    {
        var pause = TimeSpan.FromMilliseconds(20);
        var longest = TimeSpan.Zero;
        while (!ended.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            await Task.Delay(pause, CancellationToken.None);
            var stood = Stopwatch.GetElapsedTime(started) - pause;
            longest = stood > longest ? stood : longest;
        }

        return longest;
    }

    private static async Task FallsAsync(NodeProcess node, long bytes)
    {
        for (var tries = 0; node.ResidentBytes > bytes; tries++)
        {
            Assert.True(tries < 240, $"{node.ResidentBytes / Mebibyte} MiB after a minute, {bytes / Mebibyte} wanted.");
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }
    }
}
