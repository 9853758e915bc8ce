using CloudWall.Load.Http;
using CloudWall.Load.Limits;
using CloudWall.Load.Measuring;
using CloudWall.Load.Works;

namespace CloudWall.Load;

/// <summary>How much memory a node takes while it handles large things.</summary>
internal sealed class MemoryCommand(double scale, bool markdown)
{
    private readonly Table _table = new(markdown, "while", "before", "most", "growth", "wanted");

    public async Task RunAsync()
    {
        var data = Directory.CreateTempSubdirectory("cloudwall-memory-").FullName;
        try
        {
            var (node, target) = await ChildProcess.StartNodeAsync(data);
            await using (node)
            {
                var server = ServerProcess.Find(target.Port) ?? throw new InvalidOperationException("The node's process cannot be found.");
                using var connection = await target.ConnectAsync();
                await InsertAsync(connection, target, "warm", 20_000);
                await AttachAsync(connection, target, "warm", 16 << 20);
                var size = Math.Max(1, (long)(1024 * Math.Min(1, scale * 10))) << 20;
                await MeasureAsync(server, $"an attachment of {Figures.Mebibytes(size)} goes up and down", 64, () => AttachAsync(connection, target, "attached", size));
                var documents = Math.Max(20_000, (int)(5_000_000 * scale));
                await InsertAsync(connection, target, "many", documents);
                await MeasureAsync(server, $"_all_docs over {documents:N0} documents", 64, () => ReadAsync(connection, target, "many/_all_docs"));
                await MeasureAsync(server, $"_changes over {documents:N0} documents", 64, () => ReadAsync(connection, target, "many/_changes"));
                await MeasureAsync(server, "1,000 readers of a continuous feed do not read while documents are written", 128, () => StallAsync(connection, target));
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        Console.WriteLine(_table);
    }

    private static async Task InsertAsync(Connection connection, Target target, string database, int count)
    {
        (await connection.SendAsync(target.Request("PUT", database))).Expect(201);
        for (var batch = 0; batch < count; batch += 1000)
        {
            var body = Samples.Batch(Enumerable.Range(batch, 1000).Select(i => Samples.Document(Samples.Id(i), i)));
            (await connection.SendAsync(target.Request("POST", database + "/_bulk_docs", body))).Expect(201);
        }
    }

    private static async Task AttachAsync(Connection connection, Target target, string database, long size)
    {
        if (database != "warm")
        {
            (await connection.SendAsync(target.Request("PUT", database))).Expect(201);
        }

        var part = Sizes.Content(1 << 20, 1);
        await connection.WriteAsync(target.Head("PUT", database + "/large/file", size, "application/octet-stream"));
        for (var sent = 0L; sent < size - part.Length; sent += part.Length)
        {
            await connection.WriteAsync(part);
        }

        (await connection.SendAsync(part)).Expect(201);
        var answer = (await connection.SendAsync(target.Request("GET", database + "/large/file"))).Expect(200);
        if (answer.Bytes != size)
        {
            throw new InvalidDataException($"{answer.Bytes} bytes came of {size}.");
        }
    }

    private static async Task ReadAsync(Connection connection, Target target, string path) =>
        (await connection.SendAsync(target.Request("GET", path))).Expect(200);

    private static async Task StallAsync(Connection connection, Target target)
    {
        var request = target.Request("GET", "many/_changes?feed=continuous&since=0&include_docs=true&heartbeat=10000");
        var readers = new List<Connection>();
        for (var i = 0; i < 1000; i++)
        {
            var reader = await target.ConnectAsync();
            readers.Add(reader);
            if (await reader.BeginAsync(request) != 200)
            {
                throw new InvalidDataException("A feed was refused.");
            }
        }

        for (var batch = 0; batch < 20; batch++)
        {
            var body = Samples.Batch(Enumerable.Range(batch * 1000, 1000).Select(i => Samples.Document("x" + Samples.Id(i), i)));
            (await connection.SendAsync(target.Request("POST", "many/_bulk_docs", body))).Expect(201);
        }

        readers.ForEach(reader => reader.Dispose());
    }

    private async Task MeasureAsync(ServerProcess server, string what, int wanted, Func<Task> run)
    {
        var before = server.ResidentBytes;
        var most = before;
        var running = run();
        while (!running.IsCompleted)
        {
            most = Math.Max(most, server.ResidentBytes);
            await Task.WhenAny(running, Task.Delay(20));
        }

        await running;
        most = Math.Max(most, server.ResidentBytes);
        _table.Add(what, Figures.Mebibytes(before), Figures.Mebibytes(most), Figures.Mebibytes(most - before), $"< {wanted} MiB");
    }
}
