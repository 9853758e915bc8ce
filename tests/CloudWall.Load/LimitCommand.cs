using System.Diagnostics;
using System.Globalization;
using System.Text;
using CloudWall.Load.Http;
using CloudWall.Load.Limits;
using CloudWall.Load.Measuring;
using CloudWall.Load.Works;

namespace CloudWall.Load;

/// <summary>
/// A node beside what could be had at best: the store with the same keys and values, Kestrel with the same bytes. Each in a process of
/// its own, one after the other on the same machine.
/// </summary>
internal sealed class LimitCommand(double scale, bool markdown)
{
    /// <summary>How many write at once in bulk: one is read while the other is synced.</summary>
    private const int Writers = 2;

    private readonly Table _table = new(
        markdown, "work", "node per second", "limit per second", "rate", "node µs", "limit µs", "processor", "wanted");

    public async Task RunAsync()
    {
        await BulkAsync();
        await PutAsync();
        await GetAsync();
        Console.WriteLine(_table);
    }

    private static async Task<RawResult> MeasureAsync(Target target, Func<Task<long>> run, bool settle)
    {
        var server = ServerProcess.Find(target.Port) ?? throw new InvalidOperationException("The server's process cannot be found.");
        var processor = server.ProcessorTime;
        var start = Stopwatch.GetTimestamp();
        var units = await run();
        var elapsed = Stopwatch.GetElapsedTime(start);
        for (var (before, quiet) = (TimeSpan.Zero, 0); settle && quiet < 5;)
        {
            await Task.Delay(100);
            var now = server.ProcessorTime;
            quiet = now - before < TimeSpan.FromMilliseconds(15) ? quiet + 1 : 0;
            before = now;
        }

        return new RawResult(units, elapsed, server.ProcessorTime - processor);
    }

    private static async Task<RawResult> RawAsync(params string[] arguments)
    {
        await using var child = ChildProcess.StartSelf(arguments);
        return RawResult.Parse(await child.EndAsync());
    }

    /// <summary>Bulk insert, and the listings of what it wrote.</summary>
    private async Task BulkAsync()
    {
        var data = Directory.CreateTempSubdirectory("cloudwall-limit-").FullName;
        var batches = Math.Max(10, (int)(200 * scale));
        RawResult insert;
        RawResult changes;
        RawResult documents;
        var (node, target) = await ChildProcess.StartNodeAsync(data);
        await using (node)
        {
            var connections = await ConnectAsync(target, Writers);
            for (var i = 0; i < 3; i++)
            {
                await InsertAsync(connections, target, "warm" + i, Batches(target, "warm" + i, batches));
            }

            var requests = Batches(target, "insert", batches);
            await SettledAsync(target);
            insert = await MeasureAsync(target, () => InsertAsync(connections, target, "insert", requests), settle: true);
            var connection = connections[0];
            changes = await ListAsync(connection, target, "insert/_changes");
            documents = await ListAsync(connection, target, "insert/_all_docs?include_docs=true");
            connections.ForEach(connection => connection.Dispose());
        }

        var store = Path.Combine(data, "store");
        Add("bulk insert (documents)", insert, await RawAsync("raw-put", store, "1000", Writers.ToString(CultureInfo.InvariantCulture)), 0.4);
        Add("_changes (rows)", changes, await RawAsync("raw-scan", store, "changes"), 0.3);
        Add("_all_docs?include_docs=true (rows)", documents, await RawAsync("raw-scan", store, "documents"), 0.3);
        Directory.Delete(data, recursive: true);
    }

    private async Task PutAsync()
    {
        var data = Directory.CreateTempSubdirectory("cloudwall-limit-").FullName;
        var count = Math.Max(2000, (int)(40_000 * scale));
        RawResult result;
        var (node, target) = await ChildProcess.StartNodeAsync(data);
        await using (node)
        {
            var connections = await ConnectAsync(target, 32);
            await PutAsync(connections, target, "warm", Puts(target, "warm", count));
            var requests = Puts(target, "put", count);
            await SettledAsync(target);
            result = await MeasureAsync(target, () => PutAsync(connections, target, "put", requests), settle: true);
            connections.ForEach(connection => connection.Dispose());
        }

        Add("PUT, 32 connections (requests)", result, await RawAsync("raw-put", Path.Combine(data, "store"), "1", "32"), 0.5);
        Directory.Delete(data, recursive: true);
    }

    private async Task GetAsync()
    {
        var data = Directory.CreateTempSubdirectory("cloudwall-limit-").FullName;
        var count = Math.Max(20_000, (int)(200_000 * scale));
        var (node, target) = await ChildProcess.StartNodeAsync(data);
        await using (node)
        {
            using (var connection = await target.ConnectAsync())
            {
                (await connection.SendAsync(target.Request("PUT", "get"))).Expect(201);
                (await connection.SendAsync(target.Request("PUT", "get/one", Encoding.UTF8.GetBytes(Samples.Kilobyte("one", 1))))).Expect(201);
            }

            var port = ChildProcess.FreePort();
            var file = Path.Combine(data, "answer");
            await SaveAnswerAsync(target, "get/one", file);
            await using var bare = ChildProcess.StartSelf("bare", port.ToString(CultureInfo.InvariantCulture), file);
            var other = await ChildProcess.AnswersAsync(bare, new Target($"http://load:load@127.0.0.1:{port}"), "get/one");
            await GetAsync(target, count);
            await GetAsync(other, count);
            var first = await MeasureAsync(target, () => GetAsync(target, count), settle: false);
            var limit = await MeasureAsync(other, () => GetAsync(other, count * 2), settle: false);
            var second = await MeasureAsync(target, () => GetAsync(target, count), settle: false);
            Add(
                "GET, 32 connections (requests)",
                new RawResult(first.Units + second.Units, first.Elapsed + second.Elapsed, first.Processor + second.Processor),
                limit,
                0.6);
        }

        Directory.Delete(data, recursive: true);
    }

    private static List<byte[]> Batches(Target target, string database, int count) => [.. Enumerable.Range(0, count).Select(batch => target.Request(
        "POST",
        database + "/_bulk_docs",
        Samples.Batch(Enumerable.Range(batch * 1000, 1000).Select(i => Samples.Document(Samples.Id(i), i)))))];

    private static List<byte[]> Puts(Target target, string database, int count) => [.. Enumerable.Range(0, count).Select(i =>
        target.Request("PUT", database + "/" + Samples.Id(i), Encoding.UTF8.GetBytes(Samples.Kilobyte(Samples.Id(i), i))))];

    private static async Task<long> InsertAsync(List<Connection> connections, Target target, string database, List<byte[]> batches)
    {
        (await connections[0].SendAsync(target.Request("PUT", database))).Expect(201);
        return 1000 * await SpreadAsync(connections, batches.Count, 201, i => batches[i]);
    }

    private static async Task<RawResult> ListAsync(Connection connection, Target target, string path)
    {
        var request = target.Request("GET", path);
        var rows = (await connection.SendAsync(request)).Expect(200).Lines - 3;
        for (var i = 0; i < 5; i++)
        {
            (await connection.SendAsync(request)).Expect(200);
        }

        return await MeasureAsync(
            target,
            async () =>
            {
                for (var i = 0; i < 5; i++)
                {
                    (await connection.SendAsync(request)).Expect(200);
                }

                return rows * 5;
            },
            settle: false);
    }

    private static async Task<long> PutAsync(List<Connection> connections, Target target, string database, List<byte[]> requests)
    {
        (await connections[0].SendAsync(target.Request("PUT", database))).Expect(201);
        return await SpreadAsync(connections, requests.Count, 201, i => requests[i]);
    }

    private static async Task<long> GetAsync(Target target, int count)
    {
        var connections = await ConnectAsync(target, 32);
        var request = target.Request("GET", "get/one");
        await SpreadAsync(connections, count, 200, _ => request);
        connections.ForEach(connection => connection.Dispose());
        return count;
    }

    private static async Task<List<Connection>> ConnectAsync(Target target, int count)
    {
        var connections = new List<Connection>();
        for (var i = 0; i < count; i++)
        {
            connections.Add(await target.ConnectAsync());
        }

        return connections;
    }

    private static async Task<long> SpreadAsync(List<Connection> connections, int count, int status, Func<int, byte[]> request)
    {
        var next = -1;
        await Task.WhenAll(connections.Select(async connection =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < count)
            {
                (await connection.SendAsync(request(i))).Expect(status);
            }
        }));
        return count;
    }

    private static Task<RawResult> SettledAsync(Target target) => MeasureAsync(target, () => Task.FromResult(1L), settle: true);

    private static async Task SaveAnswerAsync(Target target, string path, string file)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(target.Url, path));
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("load:load"u8));
        using var response = await client.SendAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Content-Length"))
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}");
        await File.WriteAllBytesAsync(
            file, [.. Encoding.UTF8.GetBytes(string.Join('\n', headers) + "\n\n"), .. await response.Content.ReadAsByteArrayAsync()]);
    }

    private void Add(string work, RawResult node, RawResult limit, double wanted) => _table.Add(
        work,
        Figures.Rate(node.Rate),
        Figures.Rate(limit.Rate),
        Figures.Percent(node.Rate / limit.Rate),
        Figures.Microseconds(node.Microseconds),
        Figures.Microseconds(limit.Microseconds),
        Figures.Percent(limit.Microseconds / node.Microseconds),
        "≥ " + Figures.Percent(wanted));
}
