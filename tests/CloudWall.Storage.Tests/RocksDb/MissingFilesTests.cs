using CloudWall.Storage.RocksDb;

namespace CloudWall.Storage.Tests.RocksDb;

/// <summary>Data whose files are not all there, or garbled, is refused with the directory's name, and left as it is.</summary>
public sealed class MissingFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Data => Path.Combine(_directory.Path, "data");

    [Theory]
    [InlineData("CURRENT", "missing", true)]
    [InlineData("CURRENT", "missing", false)]
    [InlineData("CURRENT", "garbled", true)]
    [InlineData("MANIFEST-*", "missing", true)]
    [InlineData("MANIFEST-*", "garbled", true)]
    public void Data_that_is_not_whole_is_refused_and_left_as_it_is(string pattern, string how, bool flushed)
    {
        using (var store = Filled())
        {
            if (flushed)
            {
                store.Flush();
            }
        }

        var file = Directory.GetFiles(Data, pattern).Order(StringComparer.Ordinal).First();
        if (how == "missing")
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllBytes(file, [.. "garbled garbled garbled"u8]);
        }

        var before = Files();
        var refusal = Assert.Throws<StorageException>(() => RocksDbStore.Open(Data, new RocksDbOptions()));
        Assert.Contains(Data, refusal.Message, StringComparison.Ordinal);
        var after = Files();
        Assert.All(before, name => Assert.Contains(name, after));
    }

    [Fact]
    public void A_value_whose_file_is_missing_fails_to_be_read_and_the_others_are_read()
    {
        using (var store = Filled())
        {
            store.Flush();
        }

        File.Delete(Assert.Single(Directory.GetFiles(Data, "*.blob")));
        using var damaged = RocksDbStore.Open(Data, new RocksDbOptions());
        Assert.Throws<StorageException>(() => damaged.GetBytes(Keyspace.Attachments, "b"u8));
        Assert.Equal("document"u8.ToArray(), damaged.GetBytes(Keyspace.Documents, "a"u8));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("garbled")]
    [InlineData("as long as it was")]
    public void Without_a_table_the_others_are_read_and_it_is_named(string how)
    {
        using (var store = Filled())
        {
            store.Flush();
        }

        using (var store = RocksDbStore.Open(Data, new RocksDbOptions()))
        {
            Assert.Empty(store.DamagedTables);
        }

        var tables = Directory.GetFiles(Data, "*.sst").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(2, tables.Length);
        if (how == "missing")
        {
            File.Delete(tables[0]);
        }
        else
        {
            File.WriteAllBytes(tables[0], new byte[how == "garbled" ? 10 : new FileInfo(tables[0]).Length]);
        }

        foreach (var open in (Func<string, RocksDbOptions, RocksDbStore>[])[RocksDbStore.OpenReadOnly, RocksDbStore.Open])
        {
            using var damaged = open(Data, new RocksDbOptions());
            var table = Assert.Single(damaged.DamagedTables);
            Assert.Equal(tables[0], table.File);
            Assert.Equal(Keyspace.Documents, table.Space);
            Assert.Equal("a"u8.ToArray(), table.First.ToArray());
            Assert.Equal("a"u8.ToArray(), table.Last.ToArray());
            Assert.Equal(
                StorageFault.Damaged, Assert.Throws<StorageException>(() => damaged.GetBytes(Keyspace.Documents, "a"u8)).Fault);
            Assert.Equal(100_000, damaged.GetBytes(Keyspace.Attachments, "b"u8)!.Length);
        }
    }

    public void Dispose() => _directory.Dispose();

    private RocksDbStore Filled()
    {
        var store = RocksDbStore.Open(Data, new RocksDbOptions());
        using var batch = store.CreateBatch();
        batch.Put(Keyspace.Documents, "a"u8, "document"u8);
        batch.Put(Keyspace.Attachments, "b"u8, new byte[100_000]);
        store.Commit(batch, sync: true);
        return store;
    }

    // The engine may add to its own diary, and give it a new name.
    private string[] Files() =>
        [.. Directory.GetFiles(Data).Select(Path.GetFileName).OfType<string>().Where(name => !name.StartsWith("LOG", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
