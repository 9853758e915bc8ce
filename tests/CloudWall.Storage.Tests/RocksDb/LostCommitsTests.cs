using System.Buffers.Binary;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Storage.Tests.RocksDb;

/// <summary>
/// Review, attack 9: a damaged, cut or missing log lost commits that had been acknowledged, and nobody was told. Directories are copied
/// while their store is open, which leaves what the end of the process would.
/// </summary>
public sealed class LostCommitsTests : IDisposable
{
    private const int Commits = 60;

    private readonly TemporaryDirectory _directory = new();
    private int _copies;

    private string Home => Path.Combine(_directory.Path, "home");

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    public void Each_damage_that_loses_a_synced_commit_is_noticed_and_no_other(string how)
    {
        using var store = Open(Home);
        var ends = new List<long>();
        for (var i = 0; i < Commits; i++)
        {
            Put(store, i);
            ends.Add(new FileInfo(Log(Home)).Length);
        }

        var random = new Random(1);
        for (var position = 3L; position < ends[^1]; position += random.Next(200, 700))
        {
            var copy = Copy();
            var log = Log(copy);
            Damage(log, how, position);
            var damaged = File.ReadAllBytes(log);
            using (var found = Open(copy))
            {
                Assert.NotNull(found.Loss);
                Assert.InRange(Count(found), 0, ends.FindIndex(end => end > position));

                // What was found is kept, and nothing of it changed.
                Assert.NotNull(found.Loss.KeptIn);
                Assert.Equal(damaged, File.ReadAllBytes(Assert.Single(Directory.GetFiles(found.Loss.KeptIn))));
            }

            // Until somebody has taken note of it, each start finds the same.
            using (var again = Open(copy))
            {
                Assert.NotNull(again.Loss);
                again.AcceptLoss();
                Put(again, 1000);
            }

            using var accepted = Open(copy);
            Assert.Null(accepted.Loss);
        }
    }

    [Fact]
    public void A_log_that_is_whole_is_no_loss()
    {
        using var store = Open(Home);
        for (var i = 0; i < Commits; i++)
        {
            Put(store, i);
            if (i % 20 == 10)
            {
                store.Flush();
            }

            if (i % 7 == 0)
            {
                using var copied = Open(Copy());
                Assert.Null(copied.Loss);
                Assert.Equal(i + 1, Count(copied));
                Assert.Empty(Directory.GetDirectories(Path.GetDirectoryName(Home)!, "*.damaged-*"));
            }
        }
    }

    [Fact]
    public void A_torn_end_above_the_mark_is_no_loss()
    {
        using var store = Open(Home);
        for (var i = 0; i < Commits / 2; i++)
        {
            Put(store, i);
        }

        // The mark is written back late: after a power failure it may be older than the log.
        var mark = File.ReadAllBytes(Home + "/synced");
        var safe = new FileInfo(Log(Home)).Length;
        for (var i = Commits / 2; i < Commits; i++)
        {
            Put(store, i);
        }

        for (var length = safe; length < new FileInfo(Log(Home)).Length; length += 307)
        {
            var copy = Copy();
            File.WriteAllBytes(copy + "/synced", mark);
            Damage(Log(copy), "cut", length);
            using var torn = Open(copy);
            Assert.Null(torn.Loss);
            Assert.InRange(Count(torn), Commits / 2, Commits);
        }
    }

    [Fact]
    public void What_was_not_synced_is_no_loss()
    {
        using var store = Open(Home);
        Put(store, 0);
        var safe = new FileInfo(Log(Home)).Length;
        for (var i = 1; i < 10; i++)
        {
            Put(store, i, sync: false);
        }

        var copy = Copy();
        Damage(Log(copy), "cut", safe);
        using (var lost = Open(copy))
        {
            Assert.Null(lost.Loss);
            Assert.Equal(1, Count(lost));
        }

        // A sync makes all of them safe.
        store.Sync();
        copy = Copy();
        Damage(Log(copy), "cut", safe);
        using var damaged = Open(copy);
        Assert.NotNull(damaged.Loss);
    }

    [Theory]
    [InlineData("log")]
    [InlineData("synced")]
    [InlineData("garbled mark")]
    [InlineData("cut mark")]
    public void A_file_that_is_missing_or_garbled_is_noticed(string what)
    {
        using var store = Open(Home);
        for (var i = 0; i < Commits; i++)
        {
            Put(store, i);
            if (i == Commits / 2)
            {
                store.Flush();
            }
        }

        var copy = Copy();
        switch (what)
        {
            case "log":
                File.Delete(Log(copy));
                break;
            case "synced":
                File.Delete(copy + "/synced");
                break;
            case "garbled mark":
                File.WriteAllBytes(copy + "/synced", new byte[new FileInfo(copy + "/synced").Length]);
                break;
            default:
                Damage(copy + "/synced", "cut", 100);
                break;
        }

        using (var looked = RocksDbStore.OpenReadOnly(copy + "/store", Options(copy)))
        {
            Assert.NotNull(looked.Loss);
        }

        using var found = Open(copy);
        Assert.NotNull(found.Loss);
        Assert.Equal(what == "log" ? (Commits / 2) + 1 : Commits, Count(found));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("cut")]
    [InlineData("flip")]
    public void A_store_whose_tables_are_ahead_of_a_damaged_log_is_refused_and_left_as_it_is(string how)
    {
        using var store = Open(Home);
        for (var i = 0; i < Commits; i++)
        {
            Put(store, i);
        }

        // One keyspace is in a table now, the others are in the log alone, which is complete.
        var log = Log(Home);
        store.Compact(Keyspace.Documents, [2], [3]);
        Put(store, Commits);
        var copy = Copy();
        log = copy + "/store/" + Path.GetFileName(log);
        if (how == "missing")
        {
            File.Delete(log);
        }
        else
        {
            Damage(log, how, 2000);
        }

        var before = Files(copy);
        var refusal = Assert.Throws<StorageException>(() => Open(copy));
        Assert.Contains(copy + "/store", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("backup", refusal.Message, StringComparison.Ordinal);
        Assert.All(before, file => Assert.Contains(file, Files(copy)));
        Assert.Throws<StorageException>(() => RocksDbStore.OpenReadOnly(copy + "/store", Options(copy)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_store_that_is_gone_is_not_begun_anew(bool isDirectoryThere)
    {
        using (var store = Open(Home))
        {
            Put(store, 0);
        }

        Directory.Delete(Home + "/store", recursive: true);
        if (isDirectoryThere)
        {
            Directory.CreateDirectory(Home + "/store");
        }

        var refusal = Assert.Throws<StorageException>(() => Open(Home));
        Assert.Contains(Home + "/store", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("missing", refusal.Message, StringComparison.Ordinal);
        File.Delete(Home + "/synced");
        Open(Home).Dispose();
    }

    [Fact]
    public void A_store_to_look_at_is_left_as_it_is()
    {
        using var store = Open(Home);
        for (var i = 0; i < Commits; i++)
        {
            Put(store, i);
        }

        var copy = Copy();
        var before = Files(copy);
        using (var looked = RocksDbStore.OpenReadOnly(copy + "/store", Options(copy)))
        {
            Assert.Null(looked.Loss);
            Assert.Equal(Commits, Count(looked));
            using var batch = looked.CreateBatch();
            batch.Put(Keyspace.Meta, "k"u8, "v"u8);
            Assert.Throws<StorageException>(() => looked.Commit(batch, sync: false));
        }

        Assert.Equal(before, Files(copy));
    }

    [Fact]
    public void Commits_of_many_threads_are_covered_when_they_are_acknowledged()
    {
        using var store = Open(Home);
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i => Put(store, i, sync: i % 3 != 0));
        Put(store, 400);
        var copy = Copy();
        var log = Log(copy);
        Damage(log, "cut", new FileInfo(log).Length - 1);
        using var damaged = Open(copy);
        Assert.NotNull(damaged.Loss);
        using var whole = Open(Copy());
        Assert.Null(whole.Loss);
    }

    [Fact]
    public void A_batch_that_is_used_again_has_nothing_of_its_last_commit()
    {
        using var store = Open(Home);
        using var batch = store.CreateBatch();
        batch.Put(Keyspace.Documents, "a"u8, "1"u8);
        store.Commit(batch, sync: true);
        Assert.Equal(1, batch.Count);
        store.Commit(batch, sync: true);
        Assert.Equal(1, batch.Count);
        using var copied = Open(Copy());
        Assert.Null(copied.Loss);
    }

    public void Dispose() => _directory.Dispose();

    private static RocksDbStore Open(string home) => RocksDbStore.Open(home + "/store", Options(home));

    private static RocksDbOptions Options(string home) => new() { MarkFile = home + "/synced" };

    private static void Put(RocksDbStore store, int number, bool sync = true)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        using var batch = store.CreateBatch();
        batch.Put(Keyspace.Documents, [2, .. key], key);
        batch.Put(Keyspace.Bodies, [2, .. key], new byte[100]);
        store.Commit(batch, sync);
    }

    private static int Count(RocksDbStore store)
    {
        using var cursor = store.Scan(Keyspace.Documents, [2], [3]);
        var count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count;
    }

    private static string Log(string home) =>
        Directory.GetFiles(home + "/store", "*.log").Where(static log => new FileInfo(log).Length > 0).Order(StringComparer.Ordinal).Last();

    private static void Damage(string file, string how, long position)
    {
        using var stream = new FileStream(file, FileMode.Open);
        if (how == "cut")
        {
            stream.SetLength(position);
            return;
        }

        stream.Position = position;
        var value = stream.ReadByte();
        stream.Position = position;
        stream.WriteByte((byte)(value ^ (1 << (int)(position % 8))));
    }

    private string Copy()
    {
        var copy = Path.Combine(_directory.Path, $"copy-{++_copies}");
        Directory.CreateDirectory(copy + "/store");
        File.Copy(Home + "/synced", copy + "/synced");
        foreach (var file in Directory.GetFiles(Home + "/store").Where(static file => !file.EndsWith("/LOCK", StringComparison.Ordinal)))
        {
            File.Copy(file, copy + "/store/" + Path.GetFileName(file));
        }

        return copy;
    }

    // The engine keeps a diary.
    private static string[] Files(string home) =>
    [
        .. Directory.GetFiles(home, "*", SearchOption.AllDirectories)
            .Where(static file => Path.GetFileName(file) is not ("LOG" or "LOCK") && !file.Contains("LOG.old", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(static file => file + " " + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))),
    ];
}
