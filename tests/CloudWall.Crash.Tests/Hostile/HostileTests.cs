using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CloudWall.Crash.Tests.Hostile;

/// <summary>
/// Functions that mean harm, of all eight kinds at a time, each from a database of its own, in a node that must live on and serve others.
/// <c>CLOUDWALL_HOSTILE_LIMIT</c>: milliseconds that a function may take (CouchDB's default is 5000).
/// <c>CLOUDWALL_HOSTILE_ONLY</c>: part of the names of the pieces to try.
/// </summary>
[Collection(nameof(HostileTests))]
[CollectionDefinition(nameof(HostileTests), DisableParallelization = true)]
public sealed class HostileTests(ITestOutputHelper output)
{
    private const string Harmless = "var two = 1 + 1;";
    private const int ControlEvery = 20;
    private const int MostControls = 20;
    private const int Mebibyte = 1024 * 1024;

    private static readonly int Limit = Soak.Number("CLOUDWALL_HOSTILE_LIMIT", 200);
    private readonly List<string> _failures = [];

    /// <summary>Reviews, attacks 1, 2, 3 and 14, and house A3: nothing that a function does costs the process, its memory, or others' requests.</summary>
    [Fact]
    public async Task Functions_that_mean_harm_cost_only_themselves()
    {
        using var data = new TemporaryDirectory();
        await using var node = await NodeProcess.StartAsync(data.Path, more: $"[couchdb]\nos_process_timeout = {Limit}\n");
        var neighbours = new Neighbours(node.Client);
        await neighbours.PrepareAsync();
        await PrepareAsync(node);
        await ControlAsync(node, "before all");
        var idle = node.ResidentBytes;

        using var ended = new CancellationTokenSource();
        var others = neighbours.RunAsync(1000, ended.Token);
        var memory = WatchAsync(node, ended.Token);
        var only = Environment.GetEnvironmentVariable("CLOUDWALL_HOSTILE_ONLY");
        var pieces = HostilePiece.Load().Where(piece => only is null || piece.Name.Contains(only, StringComparison.Ordinal)).ToList();
        for (var i = 0; i < pieces.Count && !node.HasExited; i++)
        {
            await Task.WhenAll(FunctionKind.All.Select(kind => TryAsync(node, kind, pieces[i], kind.WhenCalled(pieces[i].Statements))));
            var turn = FunctionKind.All[i % FunctionKind.All.Count];
            await TryAsync(node, turn, pieces[i], turn.WhenLoaded(pieces[i].Statements));
            if (i % ControlEvery == 0 && !node.HasExited)
            {
                await ControlAsync(node, "after " + pieces[i].Name);
            }
        }

        Assert.False(node.HasExited, node.HasExited ? string.Join('\n', _failures) + '\n' + await node.Errors : "");
        await ControlAsync(node, "after all");
        await ended.CancelAsync();
        await others;
        var peak = await memory;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{pieces.Count} pieces; others: {neighbours.Answered} requests, slowest {neighbours.Slowest.TotalMilliseconds:0} ms; "
            + $"memory: {idle / Mebibyte} MiB, at most {(peak - idle) / Mebibyte} MiB more"));
        Assert.True(_failures.Count == 0, string.Join("\n", _failures));
        Assert.True(neighbours.Failures.Count == 0, string.Join("\n", neighbours.Failures));
        Assert.True(neighbours.Slowest < TimeSpan.FromSeconds(2), $"The slowest of the others took {neighbours.Slowest}.");
        Assert.True(peak - idle <= 300L * Mebibyte, $"{(peak - idle) / Mebibyte} MiB more than before.");
        await FallsAsync(node, idle + (100L * Mebibyte));
    }

    private static async Task PrepareAsync(NodeProcess node)
    {
        foreach (var kind in FunctionKind.All)
        {
            (await node.Client.PutAsync(kind.Name, null)).EnsureSuccessStatusCode();
            foreach (var id in (string[])["a", "b", "c"])
            {
                (await node.Client.PutAsJsonAsync($"{kind.Name}/{id}", new JsonObject { ["n"] = 1 })).EnsureSuccessStatusCode();
            }
        }
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
                for (var tries = 0; tries < MostControls && text.Contains("os_process_error", StringComparison.Ordinal); tries++)
                {
                    await PutDesignAsync(node, kind, design);
                    (_, text) = await CallAsync(node, kind);
                }

                if (!text.Contains(kind.Expected, StringComparison.Ordinal))
                {
                    _failures.Add($"control {when}, {kind.Name}: {text}");
                }
            }
        }
    }

    private async Task TryAsync(NodeProcess node, FunctionKind kind, HostilePiece piece, JsonObject design)
    {
        try
        {
            var started = Stopwatch.GetTimestamp();
            await PutDesignAsync(node, kind, design);
            var (status, text) = await CallAsync(node, kind);
            var took = Stopwatch.GetElapsedTime(started);

            // All kinds run side by side on a few processors: each may have to wait for the limits of the others.
            if (took > TimeSpan.FromMilliseconds(Limit * (FunctionKind.All.Count + 1)) + TimeSpan.FromSeconds(1))
            {
                _failures.Add($"{piece.Name}, {kind.Name}: took {took.TotalSeconds:0.0} s");
            }

            if (status >= 400 && !text.Contains("\"error\"", StringComparison.Ordinal))
            {
                _failures.Add($"{piece.Name}, {kind.Name}: {status} {text}");
            }
        }
        catch (HttpRequestException failure) when (!node.HasExited && kind.Name is "list")
        {
            // Part of the list was out when it failed: the connection is cut, so that nobody takes it for the whole.
            output.WriteLine($"{piece.Name}, {kind.Name}: {failure.Message}");
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException)
        {
            _failures.Add($"{piece.Name}, {kind.Name}: {failure.Message}{(node.HasExited ? " (the process has ended)" : "")}");
        }
    }

    /// <summary>Puts the design document over the one before. A refusal is an answer, too: its function is not called then.</summary>
    private static async Task PutDesignAsync(NodeProcess node, FunctionKind kind, JsonObject design)
    {
        var path = $"{kind.Name}/_design/d";
        using var head = await node.Client.GetAsync(path);
        if (head.IsSuccessStatusCode)
        {
            design["_rev"] = (string?)JsonNode.Parse(await head.Content.ReadAsStringAsync())!["_rev"];
        }

        using var answer = await node.Client.PutAsJsonAsync(path, design);
    }

    /// <summary>Calls the function; of a long answer only the beginning is returned.</summary>
    private static async Task<(int Status, string Text)> CallAsync(NodeProcess node, FunctionKind kind)
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
        int read;
        while ((read = await body.ReadAsync(buffer)) > 0)
        {
            if (beginning.Length < buffer.Length)
            {
                beginning.Write(buffer, 0, read);
            }
        }

        return ((int)answer.StatusCode, System.Text.Encoding.UTF8.GetString(beginning.ToArray()));
    }

    private static async Task<long> WatchAsync(NodeProcess node, CancellationToken ended)
    {
        var peak = 0L;
        while (!ended.IsCancellationRequested && !node.HasExited)
        {
            peak = Math.Max(peak, node.ResidentBytes);
            await Task.WhenAny(Task.Delay(50, CancellationToken.None));
        }

        return peak;
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
