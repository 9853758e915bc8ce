using CloudWall.Storage.Memory;

namespace CloudWall.Storage.Tests.Memory;

public sealed class MemoryStoreTests : KeyValueStoreContract
{
    [Fact]
    public void A_power_failure_loses_what_was_not_synced()
    {
        using var store = new MemoryStore();
        Put(store, "a", sync: false);
        Put(store, "b", sync: true);
        Put(store, "c", sync: false);
        using (var crashed = store.LoseUnsynced())
        {
            Assert.Equal(["a", "b"], Keys(crashed));
            Put(crashed, "z", sync: true);
        }

        Assert.Equal(["a", "b", "c"], Keys(store));
        store.Sync();
        using var after = store.LoseUnsynced();
        Assert.Equal(["a", "b", "c"], Keys(after));
    }

    [Fact]
    public void An_empty_synced_batch_makes_earlier_commits_safe()
    {
        using var store = new MemoryStore();
        Put(store, "a", sync: false);
        using (var batch = store.CreateBatch())
        {
            store.Commit(batch, sync: true);
        }

        using var crashed = store.LoseUnsynced();
        Assert.Equal(["a"], Keys(crashed));
    }

    [Fact]
    public void After_a_power_failure_unsynced_commits_survive_without_a_gap_if_at_all()
    {
        using var store = new MemoryStore();
        Put(store, "a", sync: true);
        foreach (var key in new[] { "b", "c", "d" })
        {
            Put(store, key, sync: false);
        }

        Assert.Equal(["a", "ab", "abc", "abcd"], Survivals(store));
    }

    [Fact]
    public void A_commit_that_failed_is_not_seen_but_may_come_up_after_a_power_failure()
    {
        using var store = new MemoryStore();
        Put(store, "a", sync: true);
        store.FailCommits = sync => sync;
        Assert.Throws<StorageException>(() => Put(store, "b", sync: true));
        Assert.Throws<StorageException>(store.Sync);
        Assert.Equal(["a"], Keys(store));
        Assert.Equal(["a", "ab"], Survivals(store));

        Put(store, "c", sync: false);
        store.FailCommits = null;
        Put(store, "d", sync: true);
        Assert.Equal(["acd"], Survivals(store));
    }

    [Fact]
    public void A_row_that_is_deleted_without_having_been_put_exactly_once_is_a_mistake_and_writes_nothing()
    {
        using var store = new MemoryStore();
        Put(store, "a", sync: true);
        Put(store, "twice", sync: true);
        Put(store, "twice", sync: true);
        foreach (var key in new[] { "twice", "missing" })
        {
            Assert.Throws<InvalidOperationException>(() => Write(store, batch =>
            {
                batch.Delete(Keyspace.Sequences, B("a"));
                batch.Delete(Keyspace.Sequences, B(key));
            }));
        }

        Assert.Equal(["a", "twice"], Keys(store));
    }

    [Fact]
    public void A_deleted_range_makes_deletes_of_rows_possible_again()
    {
        using var store = new MemoryStore();
        Put(store, "twice", sync: true);
        Put(store, "twice", sync: true);
        Write(store, batch => batch.DeleteRange(Keyspace.Sequences, B("a"), B("z")));
        Put(store, "twice", sync: true);
        Write(store, batch => batch.Delete(Keyspace.Sequences, B("twice")));

        Assert.Empty(Keys(store));
    }

    private protected override KeyValueStore Open() => new MemoryStore();

    private protected override KeyValueStore OpenAnother() => new MemoryStore();

    private static void Put(MemoryStore store, string key, bool sync) =>
        Write(store, batch => batch.Put(Keyspace.Sequences, B(key), B("row")), sync);

    private static void Write(MemoryStore store, Action<WriteBatch> write, bool sync = true)
    {
        using var batch = store.CreateBatch();
        write(batch);
        store.Commit(batch, sync);
    }

    private static List<string> Keys(MemoryStore store)
    {
        using var cursor = store.Scan(Keyspace.Sequences, B(""), B("~"));
        return [.. Drain(cursor).Select(entry => entry.Split('=')[0])];
    }

    /// <summary>The keys, in one string, of the stores that a power failure may leave.</summary>
    private static IEnumerable<string> Survivals(MemoryStore store)
    {
        var random = new Random(7);
        return Enumerable.Range(0, 200).Select(_ =>
        {
            using var crashed = store.LoseUnsynced(random);
            return string.Concat(Keys(crashed));
        }).Distinct().Order();
    }
}
