using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using CloudWall.DesignDocuments.Views;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Queries;
using CloudWall.Load.Flat;
using CloudWall.Load.Measuring;
using CloudWall.Load.Works;
using CloudWall.Scripting;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Storage;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Load;

/// <summary>What building an index costs beside running its functions, and what stays the same however large a view is.</summary>
internal sealed class ViewsCommand(double scale, bool markdown) : IDisposable
{
    private const int Small = 10_000;
    private const int Rounds = 9;

    /// <summary>Rounds that do not count, in which the runtime compiles what is run often.</summary>
    private const int Warming = 4;

    private static readonly DocumentLimits Limits = new();

    private readonly Table _table = new(markdown, "what", "first", "later", "ratio", "wanted");
    private readonly int _orders = Math.Max(5000, (int)(100_000 * scale));
    private readonly int _large = Math.Max(2 * Small, (int)(1_000_000 * scale));
    private readonly ScriptHost _scripts = Host();

    private static ScriptHost Host()
    {
        var options = new ScriptHostOptions();
        var runner = new ScriptThreads(options.Places, options.Streams, options.Time);
        return new ScriptHost(options, runner, new JavaScriptFactory(options, runner));
    }

    public async Task RunAsync()
    {
        var directory = Directory.CreateTempSubdirectory("cloudwall-views-").FullName;
        try
        {
            using var main = RocksDbStore.Open(Path.Combine(directory, "store"), new RocksDbOptions());
            using var store = new UnsyncedStore(main);
            using var derived = main.OpenDerived(Path.Combine(directory, "indexes"), new RocksDbOptions());
            await using var catalogue = DatabaseCatalogue.Open(store, new EngineOptions(), TimeProvider.System);
            await using var indexes = IndexCatalogue.Open(derived, new HashSet<string>(), new IndexingOptions());
            await BuildsAsync(catalogue, indexes, SettleAsync);
            await SizesAsync(catalogue, indexes, SettleAsync);

            async Task SettleAsync()
            {
                await Cost.SettleAsync(main);
                await Cost.SettleAsync(derived, Keyspace.Meta);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        Console.WriteLine(_table);
    }

    public void Dispose() => _scripts.Dispose();

    private static async Task<Database> FillAsync(DatabaseCatalogue catalogue, string name, int count)
    {
        var database = await catalogue.CreateAsync(name, new DatabaseOptions(), CancellationToken.None);
        foreach (var some in Enumerable.Range(0, count).Chunk(1000))
        {
            await WriteAsync(database, some);
        }

        return database;
    }

    private static async Task WriteAsync(Database database, IReadOnlyList<int> numbers) => await database.WriteAsync(
        [.. numbers.Select(static i => new DocumentWrite(Samples.Id(i), DocumentParser.Parse(Encoding.UTF8.GetBytes(Samples.Document(Samples.Id(i), i)), Limits), []))],
        WriteMode.Interactive,
        CancellationToken.None);

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static async Task<double> SecondsAsync(Func<Task> run)
    {
        var watch = Stopwatch.StartNew();
        await run();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Each measurement begins when what the last has left to the store is done; what a build leaves to it meanwhile counts.</summary>
    private async Task BuildsAsync(DatabaseCatalogue catalogue, IndexCatalogue indexes, Func<Task> settle)
    {
        var one = await FillAsync(catalogue, "one", _orders);
        var two = await FillAsync(catalogue, "two", _orders);
        for (var round = 0; round < Warming; round++)
        {
            await BuildAsync(one, 80 + round);
            await RunFunctionsAsync(Group(90 + round), Batches());
        }

        // In turn: what else goes on falls on both.
        var (bare, built) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var batches = Batches();
            await settle();
            bare.Add(await SecondsAsync(() => RunFunctionsAsync(Group(100 + round), batches)));
            await settle();
            built.Add(await SecondsAsync(() => BuildAsync(one, 1 + round)));
        }

        _table.Add(
            $"documents a second: functions alone on {Environment.ProcessorCount} threads, a build of {_orders:N0}",
            Figures.Rate(_orders / Median(bare)), Figures.Rate(_orders / Median(built)), Figures.Times(Median(bare) / Median(built)), "≥ 0.5 ×");

        var (after, together) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var number = 50 + (2 * round);
            await settle();
            after.Add(await SecondsAsync(async () =>
            {
                await BuildAsync(one, number);
                await BuildAsync(two, number);
            }));
            await settle();
            together.Add(await SecondsAsync(() => Task.WhenAll(BuildAsync(one, number + 1), BuildAsync(two, number + 1))));
        }

        _table.Add(
            "documents a second: two builds, one after the other and at once",
            Figures.Rate(2 * _orders / Median(after)), Figures.Rate(2 * _orders / Median(together)), Figures.Times(Median(after) / Median(together)), "≥ 0.9 ×");

        Task BuildAsync(Database database, int number) => Task.Run(() => Open(indexes, database, Group(number)).UpdateAsync(CancellationToken.None));

        static ViewGroup Group(int number) => ViewGroup.Of(string.Empty, NormalJson.Parse(Orders.Design(1, number)));
    }

    private ViewIndex Open(IndexCatalogue indexes, Database database, ViewGroup group) =>
        indexes.Open(database, group.Definition, () => new ScriptViewFunctions(_scripts, database.Name, group));

    /// <summary>The same batches of the same documents that a build makes, as the functions get them.</summary>
    private List<List<ReadOnlyMemory<byte>>> Batches() => [.. Enumerable.Range(0, _orders).Chunk(500).Select(
        static some => some.Select(static i => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(Samples.Document(Samples.Id(i), i, "1-967a00dff5e02add41819138abb3284d")))).ToList())];

    /// <summary>
    /// All that the engine has to do, and nothing done with what comes out: JSON becomes objects, functions run, what they emit becomes JSON.
    /// </summary>
    private Task RunFunctionsAsync(ViewGroup group, List<List<ReadOnlyMemory<byte>>> batches)
    {
        var maps = _scripts.Maps("bare", group.Maps);
        return Task.WhenAll(Partitioner.Create(batches, EnumerablePartitionerOptions.NoBuffering).GetPartitions(Environment.ProcessorCount)
            .Select(some => Task.Run(() =>
            {
                using (some)
                {
                    while (some.MoveNext())
                    {
                        maps.Map(some.Current).Dispose();
                    }
                }
            })));
    }

    private async Task SizesAsync(DatabaseCatalogue catalogue, IndexCatalogue indexes, Func<Task> settle)
    {
        var group = ViewGroup.Of(string.Empty, NormalJson.Parse(
            """{"views":{"n":{"map":"function (doc) { emit([doc.number % 10, doc.number], doc.total); }","reduce":"_stats"}}}"""u8));
        var small = await FillAsync(catalogue, "small", Small);
        var large = await FillAsync(catalogue, "large", _large);
        var (first, second) = (Open(indexes, small, group), Open(indexes, large, group));
        await first.UpdateAsync(CancellationToken.None);
        await second.UpdateAsync(CancellationToken.None);
        await settle();
        var rounds = 500;
        Add("µs of a reduction of nearly all rows", Reduce(first, 0, rounds), Reduce(second, 0, rounds), 3);
        Add("µs of a reduction by 10 groups", Reduce(first, 1, rounds), Reduce(second, 1, rounds), 3);
        Add("µs of a row near the end, with its offset", Page(first, rounds), Page(second, rounds), 3);
        Add("µs of adding a document and asking for it", await EditAsync(small, first, Small), await EditAsync(large, second, _large), 3);

        void Add(string what, double before, double after, double wanted) => _table.Add(
            $"{what}, of {_large:N0} rows after {Small:N0}",
            Figures.Microseconds(before), Figures.Microseconds(after), Figures.Times(after / before), "≤ " + Figures.Times(wanted));
    }

    private static double Reduce(ViewIndex index, int level, int rounds) => Time(rounds, () =>
    {
        using var snapshot = index.Read(0);
        using var rows = snapshot.ReadReduced(
            0, new ViewQuery { GroupLevel = level, StartKey = "[0,77]"u8.ToArray(), EndKey = "[9,9000]"u8.ToArray() }, CancellationToken.None);
        while (rows.MoveNext())
        {
        }
    });

    private static double Page(ViewIndex index, int rounds) => Time(rounds, () =>
    {
        using var snapshot = index.Read(0);
        using var rows = snapshot.ReadRows(new ViewQuery { StartKey = "[9,5000]"u8.ToArray(), Limit = 1 });
        rows.MoveNext();
    });

    /// <summary>The median of the microseconds that something takes.</summary>
    private static double Time(int rounds, Action run)
    {
        run();
        var times = new double[rounds];
        for (var i = 0; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            run();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        return times[rounds / 2];
    }

    private static async Task<double> EditAsync(Database database, ViewIndex index, int next)
    {
        const int Edits = 200;
        var watch = new Stopwatch();
        for (var i = -20; i < Edits; i++)
        {
            if (i == 0)
            {
                watch.Start();
            }

            await WriteAsync(database, [next + 20 + i]);
            await index.UpdateAsync(CancellationToken.None);
            using var snapshot = index.Read(0);
            using var rows = snapshot.ReadReduced(0, new ViewQuery(), CancellationToken.None);
            rows.MoveNext();
        }

        return watch.Elapsed.TotalMicroseconds / Edits;
    }
}
