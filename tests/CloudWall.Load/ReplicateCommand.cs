using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CloudWall.Load.Http;
using CloudWall.Load.Limits;
using CloudWall.Load.Measuring;
using CloudWall.Load.Works;

namespace CloudWall.Load;

/// <summary>How fast one node pulls from another, what memory that takes, and what a thousand idle replications cost.</summary>
internal sealed class ReplicateCommand(double scale, bool markdown)
{
    private const int Jobs = 1000;
    private readonly Table _speeds = new(markdown, "what", "replicated", "beside it", "rate", "wanted");
    private readonly Table _memory = new(markdown, "while", "source before", "most", "target before", "most", "growth", "wanted");
    private readonly int _documents = Math.Max(2000, (int)(100_000 * scale));

    public async Task RunAsync()
    {
        var data = Directory.CreateTempSubdirectory("cloudwall-replicate-").FullName;
        try
        {
            var (first, source) = await ChildProcess.StartNodeAsync(Path.Combine(data, "source"));
            await using (first)
            {
                var (second, target) = await ChildProcess.StartNodeAsync(Path.Combine(data, "target"));
                await using (second)
                {
                    var pair = await Pair.OpenAsync(source, target);
                    await DocumentsAsync(pair);
                    await AttachmentsAsync(pair);
                    await IdleAsync(pair);
                }
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        Console.WriteLine(_speeds);
        Console.WriteLine(_memory);
    }

    private async Task DocumentsAsync(Pair pair)
    {
        await pair.InsertAsync("warm", Math.Min(20_000, _documents));
        await pair.PullAsync("warm");
        var bulk = await TimeAsync(() => pair.InsertAsync("documents", _documents));
        TimeSpan pull = default;
        await MeasureAsync(pair, $"{_documents:N0} documents are pulled", 96, async () => pull = await TimeAsync(() => pair.PullAsync("documents")));
        await pair.ExpectAsync("documents", _documents);
        var rate = _documents / pull.TotalSeconds;
        var beside = _documents / bulk.TotalSeconds;
        _speeds.Add($"{_documents:N0} documents of 300 bytes, beside _bulk_docs of 1,000", $"{Figures.Rate(rate)}/s", $"{Figures.Rate(beside)}/s", Figures.Percent(rate / beside), "≥ 50 %");
        var again = await TimeAsync(() => pair.PullAsync("documents"));
        _speeds.Add("the same once more, nothing to do", $"{again.TotalMilliseconds:F0} ms", string.Empty, string.Empty, string.Empty);
    }

    private async Task AttachmentsAsync(Pair pair)
    {
        // Large ones: what matters is the stream.
        const int Size = 64 << 20;
        var count = Math.Max(1, (int)(16 * Math.Min(1, scale)));
        await pair.AttachAsync("attachments", count, Size);
        await pair.AttachAsync("warm-attachments", 1, Size);
        await pair.PullAsync("warm-attachments");
        TimeSpan pull = default;
        await MeasureAsync(pair, $"{count} attachments of 64 MiB are pulled", 96, async () => pull = await TimeAsync(() => pair.PullAsync("attachments")));
        var piped = await TimeAsync(() => pair.PipeAsync("attachments", count));
        var (rate, beside) = (count * 64 / pull.TotalSeconds, count * 64 / piped.TotalSeconds);
        _speeds.Add($"{count * 64:N0} MiB of attachments, beside curl piped into curl", $"{Figures.Rate(rate)} MiB/s", $"{Figures.Rate(beside)} MiB/s", Figures.Percent(rate / beside), "≥ 50 %");
    }

    private async Task IdleAsync(Pair pair)
    {
        var jobs = Math.Max(10, (int)(Jobs * Math.Min(1, scale)));
        for (var i = 0; i < jobs; i++)
        {
            await pair.InsertAsync($"idle{i}", 1);
        }

        await MeasureAsync(pair, $"{jobs:N0} continuous replications begin, and have nothing to do", 150, async () =>
        {
            for (var i = 0; i < jobs; i++)
            {
                await pair.FollowAsync($"idle{i}");
            }

            await pair.WaitForAsync(jobs);
        });
        var before = pair.Source.ProcessorTime + pair.Target.ProcessorTime;
        var watch = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(30));
        var spent = pair.Source.ProcessorTime + pair.Target.ProcessorTime - before;
        _speeds.Add(
            $"processor time of both nodes while {jobs:N0} idle ones wait", Figures.Percent(spent / watch.Elapsed) + " of one", string.Empty, string.Empty, "near none");
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> run)
    {
        var watch = Stopwatch.StartNew();
        await run();
        return watch.Elapsed;
    }

    private async Task MeasureAsync(Pair pair, string what, int wanted, Func<Task> run)
    {
        var (source, target) = (pair.Source.ResidentBytes, pair.Target.ResidentBytes);
        var (mostSource, mostTarget, most) = (source, target, source + target);
        var running = run();
        while (!running.IsCompleted)
        {
            var (s, t) = (pair.Source.ResidentBytes, pair.Target.ResidentBytes);
            (mostSource, mostTarget, most) = (Math.Max(mostSource, s), Math.Max(mostTarget, t), Math.Max(most, s + t));
            await Task.WhenAny(running, Task.Delay(20));
        }

        await running;
        _memory.Add(
            what, Figures.Mebibytes(source), Figures.Mebibytes(mostSource), Figures.Mebibytes(target), Figures.Mebibytes(mostTarget), Figures.Mebibytes(most - source - target), $"< {wanted} MiB");
    }

    /// <summary>Two nodes; the target drives.</summary>
    private sealed class Pair
    {
        private readonly Target _from;
        private readonly Target _to;
        private readonly Connection _source;
        private readonly Connection _target;

        private Pair(Target from, Target to, Connection source, Connection target) => (_from, _to, _source, _target) = (from, to, source, target);

        public ServerProcess Source { get; private init; } = null!;

        public ServerProcess Target { get; private init; } = null!;

        public static async Task<Pair> OpenAsync(Target from, Target to) => new(from, to, await from.ConnectAsync(), await to.ConnectAsync())
        {
            Source = ServerProcess.Find(from.Port) ?? throw new InvalidOperationException("The source's process cannot be found."),
            Target = ServerProcess.Find(to.Port) ?? throw new InvalidOperationException("The target's process cannot be found."),
        };

        public async Task InsertAsync(string database, int count)
        {
            (await _source.SendAsync(_from.Request("PUT", database))).Expect(201);
            for (var batch = 0; batch < count; batch += 1000)
            {
                var body = Samples.Batch(Enumerable.Range(batch, Math.Min(1000, count - batch)).Select(i => Samples.Document(Samples.Id(i), i)));
                (await _source.SendAsync(_from.Request("POST", database + "/_bulk_docs", body))).Expect(201);
            }
        }

        public async Task AttachAsync(string database, int count, int size)
        {
            (await _source.SendAsync(_from.Request("PUT", database))).Expect(201);
            for (var i = 0; i < count; i++)
            {
                (await _source.SendAsync(_from.Request("PUT", $"{database}/{Samples.Id(i)}/file", Sizes.Content(size, i).Span, "application/octet-stream"))).Expect(201);
            }
        }

        /// <summary>A replication from beginning to end, driven by the target.</summary>
        public Task PullAsync(string database) => ReplicateAsync(database, "\"create_target\":true", 200);

        public Task FollowAsync(string database) => ReplicateAsync(database, "\"create_target\":true,\"continuous\":true", 202);

        /// <summary>The same by hand: each attachment is read by one curl and written by another.</summary>
        public async Task PipeAsync(string database, int count)
        {
            (await _target.SendAsync(_to.Request("PUT", "piped"))).Expect(201);
            for (var i = 0; i < count; i++)
            {
                var place = $"{Samples.Id(i)}/file";
                var start = new ProcessStartInfo("/bin/sh");
                start.ArgumentList.Add("-c");
                start.ArgumentList.Add(
                    $"curl -sfN '{_from.Url}{database}/{place}' | curl -sf -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' -T - '{_to.Url}piped/{place}'");
                using var process = Process.Start(start)!;
                await process.WaitForExitAsync();
                if (process.ExitCode != 0)
                {
                    throw new InvalidDataException($"curl failed with {process.ExitCode}.");
                }
            }
        }

        /// <summary>Makes sure that the target has as many documents as it must.</summary>
        public async Task ExpectAsync(string database, int count)
        {
            using var json = await ReadAsync(database);
            if (json.RootElement.GetProperty("doc_count").GetInt32() != count)
            {
                throw new InvalidDataException("The target has not got all documents.");
            }
        }

        /// <summary>Waits until so many replications have brought all there was, and wait for more.</summary>
        public async Task WaitForAsync(int jobs)
        {
            for (var done = false; !done; await Task.Delay(200))
            {
                using var json = await ReadAsync("_active_tasks");
                done = json.RootElement.EnumerateArray().Count(task =>
                    task.GetProperty("type").GetString() == "replication" && task.GetProperty("docs_written").GetInt64() == 1) == jobs;
            }
        }

        private async Task ReplicateAsync(string database, string more, int status)
        {
            var request = Encoding.UTF8.GetBytes($$"""{"source":"{{_from.Url}}{{database}}","target":"{{database}}",{{more}}}""");
            (await _target.SendAsync(_to.Request("POST", "_replicate", request))).Expect(status);
        }

        private async Task<JsonDocument> ReadAsync(string path)
        {
            var body = new ArrayBufferWriter<byte>();
            _target.Keep = body;
            (await _target.SendAsync(_to.Request("GET", path))).Expect(200);
            _target.Keep = null;
            return JsonDocument.Parse(body.WrittenMemory);
        }
    }
}
