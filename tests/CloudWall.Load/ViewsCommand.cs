using System.Diagnostics;
using System.Globalization;
using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Queries;
using CloudWall.Load.Flat;
using CloudWall.Load.Measuring;
using CloudWall.Load.Works;
using CloudWall.Scripting;
using CloudWall.Scripting.JavaScript;
using CloudWall.Server.Json;
using CloudWall.Server.Views;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Load;

/// <summary>What building an index costs beside running its functions, and what stays the same however large a view is.</summary>
internal sealed class ViewsCommand(double scale, bool markdown) : IDisposable
{
    private const int Small = 10_000;

    private static readonly DocumentLimits Limits = new();

    private readonly Table _table = new(markdown, "what", "first", "later", "ratio", "wanted");
    private readonly int _orders = Math.Max(5000, (int)(100_000 * scale));
    private readonly int _large = Math.Max(2 * Small, (int)(1_000_000 * scale));
    private readonly ScriptHost _scripts = new(new ScriptHostOptions(), new JavaScriptFactory());

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
            await BuildsAsync(catalogue, indexes);
            await SizesAsync(catalogue, indexes);
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

    private static async Task<double> SecondsAsync(Func<Task> run)
    {
        var watch = Stopwatch.StartNew();
        await run();
        return watch.Elapsed.TotalSeconds;
    }

    private async Task BuildsAsync(DatabaseCatalogue catalogue, IndexCatalogue indexes)
    {
        var one = await FillAsync(catalogue, "one", _orders);
        var two = await FillAsync(catalogue, "two", _orders);
        await BuildAsync(one, 0);
        var functions = Stopwatch.StartNew();
        RunFunctions(Group(100));
        var bare = _orders / functions.Elapsed.TotalSeconds;
        var built = _orders / await SecondsAsync(() => BuildAsync(one, 1));
        _table.Add(
            $"documents a second: functions alone on {Environment.ProcessorCount} threads, a build of {_orders:N0}",
            Figures.Rate(bare), Figures.Rate(built), Figures.Times(built / bare), "≥ 0.5 ×");

        var after = await SecondsAsync(async () =>
        {
            await BuildAsync(one, 2);
            await BuildAsync(two, 2);
        });
        var together = await SecondsAsync(() => Task.WhenAll(BuildAsync(one, 3), BuildAsync(two, 3)));
        _table.Add(
            "documents a second: two builds, one after the other and at once",
            Figures.Rate(2 * _orders / after), Figures.Rate(2 * _orders / together), Figures.Times(after / together), "≥ 0.9 ×");

        Task BuildAsync(Database database, int number) => Task.Run(() => Open(indexes, database, Group(number)).UpdateAsync(CancellationToken.None));

        static ViewGroup Group(int number) => ViewGroup.Of(
            string.Empty, NormalJson.Parse(Orders.Design(string.Create(CultureInfo.InvariantCulture, $"/* {number} */"))));
    }

    private ViewIndex Open(IndexCatalogue indexes, Database database, ViewGroup group) =>
        indexes.Open(database, group.Definition, () => new ScriptViewFunctions(_scripts, database.Name, group));

    /// <summary>The same batches that a build makes, and nothing done with what comes out.</summary>
    private void RunFunctions(ViewGroup group)
    {
        var batches = Enumerable.Range(0, _orders).Chunk(500)
            .Select(static some => some.Select(static i => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(Samples.Document(Samples.Id(i), i)))).ToList()).ToList();
        var maps = _scripts.Maps("bare", group.Maps);
        Parallel.ForEach(batches, batch => maps.Map(batch).Dispose());
    }

    private async Task SizesAsync(DatabaseCatalogue catalogue, IndexCatalogue indexes)
    {
        var group = ViewGroup.Of(string.Empty, NormalJson.Parse(
            """{"views":{"n":{"map":"function (doc) { emit([doc.number % 10, doc.number], doc.total); }","reduce":"_stats"}}}"""u8));
        var small = await FillAsync(catalogue, "small", Small);
        var large = await FillAsync(catalogue, "large", _large);
        var (first, second) = (Open(indexes, small, group), Open(indexes, large, group));
        await first.UpdateAsync(CancellationToken.None);
        await second.UpdateAsync(CancellationToken.None);
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

    private static double Time(int rounds, Action run)
    {
        run();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < rounds; i++)
        {
            run();
        }

        return watch.Elapsed.TotalMicroseconds / rounds;
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
