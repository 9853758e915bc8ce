using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using CloudWall.Load.Http;
using CloudWall.Load.Limits;
using CloudWall.Load.Measuring;

namespace CloudWall.Load;

/// <summary>
/// How much memory a node takes for what is as large as it may be, or larger: attachments inside of documents, packed bodies, peers that
/// never end, keys of views, clients that do not read. Each line says what the answer was, and compares what was resident before, once that had settled, with
/// the most that was resident meanwhile, and with what still was when it had settled again, after at most a minute.
/// </summary>
internal sealed class BoundsCommand(double scale, IReadOnlyList<string> only, bool markdown)
{
    private const long Most = 512L << 20;
    private const long Left = 100L << 20;
    private const long Steady = 2L << 20;
    private const int HeapLimit = 512 << 20;

    /// <summary>Longer than a node waits until it gives back what is not used.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(13);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Table _table = new(
        markdown, "what", "answer", "idle before", "most", "most over idle", "after a minute", "after over idle", "wanted over idle");

    public async Task RunAsync()
    {
        await WithNodeAsync(async (node, server, target) =>
        {
            var size = Scaled(60_000_000);
            await MeasureAsync(server, $"10 attachments of {size / 1_000_000} MB in documents, one after the other", async () =>
            {
                for (var i = 0; i < 10; i++)
                {
                    await InlineAsync(target, $"d{i}", size);
                }

                return "201, read back";
            });
            await MeasureAsync(server, $"one of {Scaled(200_000_000) / 1_000_000} MB", async () =>
            {
                await InlineAsync(target, "large", Scaled(200_000_000));
                return "201, read back";
            });
            await MeasureAsync(server, $"a packed bulk of {Scaled(20_000_000):N0} {{}}", () => PackedAsync(target, "{\"docs\":[{}", ",{}", Scaled(20_000_000) - 1, "]}"));
            await MeasureAsync(server, $"{Scaled(10_000_000_000) / 1_000_000_000.0:0.#} GB of blanks, packed", () => PackedAsync(
                target, "{\"docs\":[", new string(' ', 100_000), Scaled(10_000_000_000) / 100_000, "]}"));
            foreach (var kind in EndlessPeer.Kinds)
            {
                await MeasureAsync(server, $"a peer whose {kind} never ends", () => ReplicateAsync(target, kind));
            }
        });
        foreach (var kind in LargeKeys.Kinds)
        {
            var what = kind.Name(scale);
            if (IsWanted(what))
            {
                await WithNodeAsync(async (node, server, target) =>
                {
                    await kind.FillAsync(target, scale);
                    await MeasureAsync(server, what, () => LargeKeys.ReadAsync(target));
                });
            }
        }

        foreach (var way in SlowReaders.Ways)
        {
            var what = $"{SlowReaders.Count} clients that do not read {way.Name}";
            if (IsWanted(what))
            {
                await WithNodeAsync(async (node, server, target) =>
                {
                    await SlowReaders.FillAsync(target);
                    await MeasureAsync(server, what, () => SlowReaders.RunAsync(target, way));
                });
            }
        }

        var small = $"12 documents of 7 MB in one bulk, with a heap of {HeapLimit >> 20} MiB";
        if (IsWanted(small))
        {
            await WithNodeAsync(
                async (node, server, target) => await MeasureAsync(server, small, async () =>
                {
                    var answer = await BulkAsync(target);
                    return node.HasEnded ? "the node has ended" : answer;
                }),
                ("DOTNET_GCHeapHardLimit", HeapLimit.ToString("x", CultureInfo.InvariantCulture)));
        }

        Console.WriteLine(_table);
    }

    private static async Task WithNodeAsync(
        Func<ChildProcess, ServerProcess, Target, Task> run, params (string Name, string Value)[] environment)
    {
        var data = Directory.CreateTempSubdirectory("cloudwall-bounds-").FullName;
        try
        {
            var (node, target) = await ChildProcess.StartNodeAsync(data, environment);
            await using (node)
            {
                var server = ServerProcess.Find(target.Port) ?? throw new InvalidOperationException("The node's process cannot be found.");
                using var connection = await target.ConnectAsync();
                (await connection.SendAsync(target.Request("PUT", "bounds"))).Expect(201);
                await InlineAsync(target, "warm", 1_000_000);
                await run(node, server, target);
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private async Task MeasureAsync(ServerProcess server, string what, Func<Task<string>> run)
    {
        if (!IsWanted(what))
        {
            return;
        }

        var idle = await SettledAsync(server);
        server.ForgetPeak();
        var answer = await run();
        var most = server.PeakBytes;
        var after = await SettledAsync(server);
        _table.Add(
            what, answer, Figures.Mebibytes(idle), Figures.Mebibytes(most), Figures.Mebibytes(most - idle), Figures.Mebibytes(after),
            Figures.Mebibytes(after - idle),
            $"≤ {Figures.Mebibytes(Most)}, {Figures.Mebibytes(Left)}{(most - idle > Most || after - idle > Left ? ": missed" : "")}");
    }

    /// <summary>What is resident once it has not changed for a while; at the latest after a minute.</summary>
    private static async Task<long> SettledAsync(ServerProcess server)
    {
        var all = Stopwatch.StartNew();
        var (resident, still) = (server.ResidentBytes, Stopwatch.StartNew());
        while (still.Elapsed < Settled && all.Elapsed < Longest)
        {
            await Task.Delay(250);
            var now = server.ResidentBytes;
            if (Math.Abs(now - resident) > Steady)
            {
                (resident, still) = (now, Stopwatch.StartNew());
            }
        }

        return server.ResidentBytes;
    }

    private bool IsWanted(string what) => only.Count == 0 || only.Any(part => what.Contains(part, StringComparison.Ordinal));

    private long Scaled(long count) => Math.Max(2, (long)(count * Math.Min(1, scale)));

    /// <summary>Writes a document with an attachment inside, and reads the attachment.</summary>
    private static async Task InlineAsync(Target target, string id, long size)
    {
        var begin = "{\"_attachments\":{\"a\":{\"content_type\":\"application/octet-stream\",\"data\":\""u8.ToArray();
        var end = "\"}}}"u8.ToArray();
        var part = new byte[3 << 20];
        new Random(1).NextBytes(part);
        var encoded = new byte[Base64.GetMaxEncodedToUtf8Length(part.Length)];
        using var connection = await target.ConnectAsync();
        await connection.WriteAsync(target.Head("PUT", "bounds/" + id, begin.Length + (4 * ((size + 2) / 3)) + end.Length));
        await connection.WriteAsync(begin);
        for (var left = size; left > 0; left -= part.Length)
        {
            Base64.EncodeToUtf8(part.AsSpan(0, (int)Math.Min(left, part.Length)), encoded, out _, out var written);
            await connection.WriteAsync(encoded.AsMemory(0, written));
        }

        (await connection.SendAsync(end)).Expect(201);
        (await connection.SendAsync(target.Request("GET", $"bounds/{id}/a"))).Expect(200).AtLeast(size);
    }

    /// <summary>Sends a packed bulk, as far as the node reads it.</summary>
    private static async Task<string> PackedAsync(Target target, string begin, string unit, long count, string end)
    {
        var file = Path.GetTempFileName();
        try
        {
            await using (var packed = new GZipStream(File.Create(file), CompressionLevel.Fastest))
            {
                var units = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(unit, 1 + (1_000_000 / unit.Length))));
                await packed.WriteAsync(Encoding.ASCII.GetBytes(begin));
                for (var left = count * unit.Length; left > 0; left -= units.Length)
                {
                    await packed.WriteAsync(units.AsMemory(0, (int)Math.Min(left, units.Length)));
                }

                await packed.WriteAsync(Encoding.ASCII.GetBytes(end));
            }

            return await PostAsync(target, "bounds/_bulk_docs", new StreamContent(File.OpenRead(file)) { Headers = { { "Content-Encoding", "gzip" } } });
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> ReplicateAsync(Target target, string kind)
    {
        await using var peer = EndlessPeer.Start(kind);
        var body = $"{{\"source\":\"{peer.Url}\",\"target\":\"bounds\",\"connection_timeout\":2000,\"retries_per_request\":1}}";
        var answer = await PostAsync(target, "_replicate", new StringContent(body, Encoding.UTF8));
        return $"{answer} after {Figures.Mebibytes(peer.Sent)}";
    }

    private static async Task<string> BulkAsync(Target target)
    {
        var body = new ArrayBufferWriter<byte>();
        body.Write("{\"docs\":["u8);
        for (var i = 0; i < 12; i++)
        {
            body.Write(Encoding.ASCII.GetBytes($"{(i == 0 ? "" : ",")}{{\"_id\":\"b{i}\",\"x\":\"{new string('x', 7_000_000)}\"}}"));
        }

        body.Write("]}"u8);
        var answer = await PostAsync(target, "bounds/_bulk_docs", new ReadOnlyMemoryContent(body.WrittenMemory));
        using var connection = await target.ConnectAsync();
        (await connection.SendAsync(target.Request("GET", "bounds/b11"))).Expect(200).AtLeast(7_000_000);
        return answer + ", read back";
    }

    private static async Task<string> PostAsync(Target target, string path, HttpContent content)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(target.Url, path)) { Content = content };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(target.Url.UserInfo)));
        content.Headers.ContentType = new("application/json");
        try
        {
            using var answer = await client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var error = text.StartsWith("{\"error\"", StringComparison.Ordinal) ? " " + text.Split('"')[3] : "";
            return $"{(int)answer.StatusCode}{error}";
        }
        catch (HttpRequestException)
        {
            return "cut";
        }
    }
}
