using CloudWall.Load.Http;
using CloudWall.Load.Measuring;
using CloudWall.Load.Works;

namespace CloudWall.Load;

/// <summary>Runs the works on one server, or in turn on two of them, and compares.</summary>
internal sealed class RunCommand(IReadOnlyList<string> urls, IReadOnlyList<string> only, double scale, bool markdown, TextWriter output)
{
    /// <summary>A B B A: what the machine does meanwhile falls on both.</summary>
    private static readonly int[] Rounds = [0, 1, 1, 0];

    /// <summary>How long each server does a work first, at scale 1: compilers, caches.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    /// <summary>How long it does at least in each round, at scale 1: what takes less says little.</summary>
    private static readonly TimeSpan LeastRound = TimeSpan.FromSeconds(1);

    /// <summary>How long the servers are watched before a round; below a tenth of a processor they do nothing.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>A round begins after this time although a server still works.</summary>
    private static readonly TimeSpan LongestSettling = TimeSpan.FromSeconds(60);

    /// <summary>A server that takes longer for one run has failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public async Task RunAsync()
    {
        var sites = urls.Select(url => new Site(new Target(url), scale)).ToList();
        var processes = sites.ConvertAll(site => ServerProcess.Find(site.Target.Port));
        var table = sites.Count == 1
            ? new Table(markdown, "work", "per second", "server µs", "generator")
            : new Table(markdown, "work", "A per second", "B per second", "A : B", "A server µs", "B server µs", "B : A in µs", "generator");
        try
        {
            foreach (var work in Works().Where(work => only.Count == 0 || only.Any(name => work.Name.Contains(name, StringComparison.OrdinalIgnoreCase))))
            {
                await Console.Error.WriteLineAsync(work.Name);
                var results = await MeasureAsync(work, sites, processes);
                table.Add(sites.Count == 1 ? Single(work, results[0]) : Pair(work, results[0], results[1]));
                sites.ForEach(static site => site.HangUp());
            }
        }
        finally
        {
            // What was measured is said although a later work fails.
            await output.WriteLineAsync(table.ToString());
            foreach (var site in sites)
            {
                await site.DisposeAsync();
            }
        }

        for (var i = 0; i < sites.Count; i++)
        {
            await output.WriteLineAsync($"{(char)('A' + i)}: {sites[i].Target.Host}:{sites[i].Target.Port}, "
                + (processes[i] is { } process ? $"resident {Figures.Mebibytes(process.ResidentBytes)}" : "not on this machine"));
        }
    }

    private static IEnumerable<Work> Works()
    {
        yield return new BulkInsert();
        yield return new BulkUpdate();
        yield return new Put(1);
        yield return new Put(32);
        yield return new Get(1);
        yield return new Get(32);
        yield return new Listing("_all_docs");
        yield return new Listing("_all_docs?include_docs=true");
        yield return new Listing("_changes");
        yield return new Listing("_changes?include_docs=true");
        yield return new ContinuousFeed();
        yield return new BulkGet();
        yield return new RevsDiff();
        yield return new AttachmentsUp(64 << 10, 100);
        yield return new AttachmentsDown(64 << 10, 200);
        yield return new AttachmentsUp(64 << 20, 1);
        yield return new AttachmentsDown(64 << 20, 2);
        yield return new ViewBuild(1);
        yield return new ViewBuild(3);
        yield return new ViewRange(1);
        yield return new ViewRange(32);
        yield return new ViewGroups();
        yield return new ValidatedPut(1);
        yield return new ValidatedPut(32);
        yield return new Show(1);
        yield return new Show(32);
        yield return new ReplicateOnce();
        if (PouchPull.FindModules() is { } modules)
        {
            yield return new PouchPull(modules);
        }
        else
        {
            Console.Error.WriteLine("PouchDB is not installed (npm ci --prefix compat-tests): its pull is left out.");
        }
    }

    private async Task<Measurement[]> MeasureAsync(Work work, List<Site> sites, List<ServerProcess?> processes)
    {
        for (var i = 0; i < sites.Count; i++)
        {
            await work.PrepareAsync(sites[i]);
            await RunForAsync(WarmUp * Math.Min(scale, 1), work, sites[i], processes[i], new Measurement());
        }

        var results = sites.Select(_ => new Measurement()).ToArray();
        foreach (var i in Rounds.Where(i => i < sites.Count))
        {
            await SettleAsync(processes);
            await RunForAsync(LeastRound * Math.Min(scale, 1), work, sites[i], processes[i], results[i]);
        }

        return results;
    }

    /// <summary>Waits until the servers do nothing: what one of them does after its work (compaction) is not to slow the other's.</summary>
    private static async Task SettleAsync(List<ServerProcess?> processes)
    {
        var end = DateTime.UtcNow + LongestSettling;
        for (var (before, isBusy) = (Spent(), true); isBusy && DateTime.UtcNow < end;)
        {
            await Task.Delay(Look);
            var now = Spent();
            (before, isBusy) = (now, now - before > Look / 10);
        }

        TimeSpan Spent() => processes.Aggregate(TimeSpan.Zero, static (sum, process) => sum + (process?.ProcessorTime ?? TimeSpan.Zero));
    }

    /// <summary>Runs a work for so long at least, once or several times.</summary>
    private static async Task RunForAsync(TimeSpan least, Work work, Site site, ServerProcess? process, Measurement result)
    {
        for (var end = result.Elapsed + least; result.Elapsed < end;)
        {
            await work.PrepareRunAsync(site);
            await Stopwatches.MeasureAsync(result, process, () => work.RunAsync(site).WaitAsync(Patience));
            await work.VerifyAsync(site);
        }
    }

    private static string[] Single(Work work, Measurement result) =>
    [
        $"{work.Name} ({work.Unit})",
        Figures.Rate(result.Rate),
        Figures.Microseconds(result.ServerMicroseconds),
        Figures.Percent(result.GeneratorShare),
    ];

    private static string[] Pair(Work work, Measurement a, Measurement b) =>
    [
        $"{work.Name} ({work.Unit})",
        Figures.Rate(a.Rate),
        Figures.Rate(b.Rate),
        Figures.Times(a.Rate / b.Rate),
        Figures.Microseconds(a.ServerMicroseconds),
        Figures.Microseconds(b.ServerMicroseconds),
        a.ServerMicroseconds is { } first && b.ServerMicroseconds is { } second ? Figures.Times(second / first) : "",
        Figures.Percent(a.GeneratorShare),
    ];
}
