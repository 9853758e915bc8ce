using System.Globalization;
using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Load.Flat;
using CloudWall.Load.Measuring;
using CloudWall.Load.Works;
using CloudWall.Storage;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Load;

/// <summary>What stays the same however much there is: the cost of an edit, an insertion, a page of changes, a database.</summary>
/// <param name="scale">1 for five million documents.</param>
/// <param name="only">The parts to run: <c>databases</c>, <c>edits</c>, <c>insert</c>, <c>pages</c>; all where none is named.</param>
/// <param name="ids">The orders of ids for insertions and pages: <c>ascending</c>, <c>random</c>; both where none is named.</param>
/// <param name="markdown">Whether the table is one for documentation.</param>
internal sealed class FlatCommand(double scale, IReadOnlyList<string> only, IReadOnlyList<string> ids, bool markdown)
{
    private const int Small = 50_000;
    private static readonly DocumentLimits Limits = new();

    private readonly Table _table = new(
        markdown, "what", "first µs", "later µs", "ratio", "first bytes", "later bytes", "ratio", "wanted");

    private RocksDbStore _store = null!;

    private readonly int _large = Math.Max(2 * Small, (int)(5_000_000 * scale));

    public async Task RunAsync()
    {
        var directory = Directory.CreateTempSubdirectory("cloudwall-flat-").FullName;
        try
        {
            _store = RocksDbStore.Open(directory, new RocksDbOptions());
            using var store = new UnsyncedStore(_store);
            await using var catalogue = DatabaseCatalogue.Open(store, new EngineOptions(), TimeProvider.System);
            await WarmUpAsync(catalogue);
            if (Wants(only, "databases"))
            {
                await DatabasesAsync(catalogue);
            }

            if (Wants(only, "edits"))
            {
                await EditsAsync(catalogue);
            }

            if (Wants(only, "insert") || Wants(only, "pages"))
            {
                await InsertionsAsync(catalogue);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        Console.WriteLine(_table);
    }

    private static bool Wants(IReadOnlyList<string> named, string name) => named.Count == 0 || named.Contains(name);

    private static async Task<IReadOnlyList<RevisionId>> WriteAsync(Database database, IEnumerable<(string Id, int Number, RevisionId Parent)> documents)
    {
        var writes = documents.Select(document => new DocumentWrite(
            document.Id, DocumentParser.Parse(Encoding.UTF8.GetBytes(Samples.Document(document.Id, document.Number)), Limits), [])
        {
            Parent = document.Parent,
        }).ToList();
        var outcomes = await database.WriteAsync(writes, WriteMode.Interactive, CancellationToken.None);
        return outcomes.All(outcome => outcome.IsSuccess)
            ? [.. outcomes.Select(outcome => outcome.Revision)]
            : throw new InvalidDataException("A write was refused.");
    }

    private static async Task InsertAsync(Database database, int from, int to, Func<int, string> id)
    {
        for (var batch = from; batch < to; batch += 1000)
        {
            await WriteAsync(database, Enumerable.Range(batch, 1000).Select(i => (id(i), i, default(RevisionId))));
        }
    }

    /// <summary>What making the documents costs, which is no part of writing them.</summary>
    private static Task<Cost> MakingAsync(Func<int, string> id) => Cost.MeasureAsync(
        Small,
        () =>
        {
            var length = 0L;
            for (var i = 0; i < Small; i++)
            {
                length += Encoding.UTF8.GetBytes(Samples.Document(id(i), i)).Length;
            }

            GC.KeepAlive(length);
            return Task.CompletedTask;
        });

    private static async Task WarmUpAsync(DatabaseCatalogue catalogue)
    {
        var database = await catalogue.CreateAsync("warm", new DatabaseOptions(), CancellationToken.None);
        await InsertAsync(database, 0, 200_000, i => Samples.Id(i));
        Page(database, 100, 100);
        await catalogue.DeleteAsync("warm", CancellationToken.None);
    }

    private static long Page(Database database, long since, int limit)
    {
        using var cursor = database.ReadChanges(since);
        for (var i = 0; i < limit && cursor.MoveNext(); i++)
        {
            since = cursor.Sequence;
        }

        return database.CountChangesAfter(since);
    }

    private async Task EditsAsync(DatabaseCatalogue catalogue)
    {
        const int Documents = 1000;

        // So many that what the store does by itself in large pieces is spread over them.
        const int Window = 250;
        var database = await catalogue.CreateAsync("edits", new DatabaseOptions(), CancellationToken.None);
        IReadOnlyList<RevisionId> revisions = new RevisionId[Documents];
        var edits = 0;
        var first = await Cost.MeasureAsync(Documents * Window, () => EditAsync(Window), _store);
        await EditAsync(1000 - (2 * Window));
        var last = await Cost.MeasureAsync(Documents * Window, () => EditAsync(Window), _store);
        var making = await MakingAsync(Samples.Id);
        Add("edit of a document, the last quarter of 1,000 after the first", first.Without(making), last.Without(making), 1.5);

        async Task EditAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var parents = revisions;
                edits++;
                revisions = await WriteAsync(database, Enumerable.Range(0, Documents).Select(n => (Samples.Id(n), n + edits, parents[n])));
            }
        }
    }

    private async Task InsertionsAsync(DatabaseCatalogue catalogue)
    {
        if (Wants(ids, "ascending"))
        {
            await InsertionsAsync(catalogue, "ascending", Samples.Id);
        }

        if (Wants(ids, "random"))
        {
            await InsertionsAsync(catalogue, "random", i => ((ulong)i * 0x9E3779B97F4A7C15).ToString("x16", CultureInfo.InvariantCulture));
        }
    }

    private async Task InsertionsAsync(DatabaseCatalogue catalogue, string order, Func<int, string> id)
    {
        var database = await catalogue.CreateAsync(order, new DatabaseOptions(), CancellationToken.None);
        await InsertAsync(database, 0, Small, id);
        var pages = Wants(only, "pages") ? await PagesAsync(database) : default;
        var making = await MakingAsync(id);
        var small = await Cost.MeasureAsync(Small, () => InsertAsync(database, Small, 2 * Small, id), _store);
        await InsertAsync(database, 2 * Small, _large, id);
        var more = Math.Max(Small, _large / 10);
        var large = await Cost.MeasureAsync(more, () => InsertAsync(database, _large, _large + more, id), _store);
        if (Wants(only, "insert"))
        {
            Add($"insertion, {order} ids, at {_large:N0} after {Small:N0}", small.Without(making), large.Without(making), 1.3);
        }

        if (!Wants(only, "pages"))
        {
            return;
        }

        var later = await PagesAsync(database);
        Add($"page of 100 changes with pending, {order} ids", pages.Short, later.Short, 1.3);
        Add($"page of 1,000 changes with pending, {order} ids", pages.Long, later.Long, 1.3);
        Add($"page of 100 changes with pending, {order} ids, none near another", pages.Random, later.Random, 1.3);
    }

    private async Task<(Cost Short, Cost Long, Cost Random)> PagesAsync(Database database)
    {
        var last = database.UpdateSequence;
        return (await PageAsync(100, inRow: 100), await PageAsync(1000, inRow: 10), await PageAsync(100, inRow: 1));

        // As a client reads them, one after the other, from places all over the feed, so that all parts of the counts take their turn.
        Task<Cost> PageAsync(int limit, int inRow)
        {
            const int Pages = 2000;
            var places = Pages / inRow;
            return Cost.MeasureReadsAsync(
                Pages,
                () =>
                {
                    for (var i = 0; i < places; i++)
                    {
                        for (var (page, since) = (0, last * i / places); page < inRow; page++, since += limit)
                        {
                            Page(database, since % last, limit);
                        }
                    }
                },
                _store);
        }
    }

    private async Task DatabasesAsync(DatabaseCatalogue catalogue)
    {
        var count = Math.Max(1000, (int)(10_000 * Math.Min(1, scale * 10)));
        var part = count / 10;
        var window = count / 4;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var residentBefore = Environment.WorkingSet;

        // What came before them left files that would be compacted, all in one piece, in one window or the other.
        _store.Reclaim([Keyspace.Meta], [], [byte.MaxValue]);
        var first = await Cost.MeasureAsync(window, () => CreateAsync(0, window), _store);
        await CreateAsync(window, count - window);
        var last = await Cost.MeasureAsync(window, () => CreateAsync(count - window, count), _store);
        Add($"creation of a database, the last quarter of {count:N0} after the first", first, last, 1.3);
        var idle = (GC.GetTotalMemory(forceFullCollection: true) - before) / count;
        var resident = (Environment.WorkingSet - residentBefore) / count;

        // A B B A, so that neither gains from what the runtime learns.
        var early = await Cost.MeasureAsync(part, () => UseAsync(0, part), _store);
        var late = await Cost.MeasureAsync(part, () => UseAsync(count - (2 * part), count - part), _store);
        late = late.MeanWith(await Cost.MeasureAsync(part, () => UseAsync(count - part, count), _store));
        early = early.MeanWith(await Cost.MeasureAsync(part, () => UseAsync(part, 2 * part), _store));
        Add($"first document of a database, the last fifth of {count:N0} after the first", early, late, 1.3);
        Console.WriteLine($"{count:N0} databases: {idle:N0} bytes each on the heap while idle, {resident:N0} of the process in all (wanted: ≤ 10,240)");

        async Task CreateAsync(int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                await catalogue.CreateAsync($"many{i:D6}", new DatabaseOptions(), CancellationToken.None);
            }
        }

        async Task UseAsync(int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                await WriteAsync(catalogue.Find($"many{i:D6}")!, [("one", i, default)]);
            }
        }
    }

    private void Add(string what, Cost first, Cost later, double wanted) => _table.Add(
        what,
        Figures.Microseconds(first.Microseconds),
        Figures.Microseconds(later.Microseconds),
        Figures.Times(later.Microseconds / first.Microseconds),
        first.Bytes.ToString("N0", CultureInfo.InvariantCulture),
        later.Bytes.ToString("N0", CultureInfo.InvariantCulture),
        first.Bytes > 0 ? Figures.Times(later.Bytes / first.Bytes) : "",
        "≤ " + Figures.Times(wanted));
}
