using System.Text;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Storage.Tests.RocksDb;

public sealed class DerivedStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Main => Path.Combine(_directory.Path, "main");

    private string Derived => Path.Combine(_directory.Path, "derived");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_derived_store_keeps_what_was_written_when_it_was_closed_in_order()
    {
        using (var main = RocksDbStore.Open(Main, new RocksDbOptions()))
        using (var derived = main.OpenDerived(Derived, new RocksDbOptions()))
        {
            Put(derived, "a", sync: false);
        }

        using var mainAgain = RocksDbStore.Open(Main, new RocksDbOptions());
        using var again = mainAgain.OpenDerived(Derived, new RocksDbOptions());
        Assert.NotNull(again.GetBytes(Keyspace.Meta, "a"u8));
    }

    [Fact]
    public void After_a_crash_a_derived_store_has_what_was_synced_and_nothing_from_the_middle()
    {
        var copy = Path.Combine(_directory.Path, "copy");
        using (var main = RocksDbStore.Open(Main, new RocksDbOptions()))
        using (var derived = main.OpenDerived(Derived, new RocksDbOptions()))
        {
            Put(derived, "a", sync: false);
            Put(derived, "b", sync: true);
            Put(derived, "c", sync: false);
            Directory.CreateDirectory(copy);
            foreach (var file in Directory.GetFiles(Derived))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }
        }

        using var other = RocksDbStore.Open(Main, new RocksDbOptions());
        using var recovered = other.OpenDerived(copy, new RocksDbOptions());
        Assert.NotNull(recovered.GetBytes(Keyspace.Meta, "a"u8));
        Assert.NotNull(recovered.GetBytes(Keyspace.Meta, "b"u8));
        Assert.Null(recovered.GetBytes(Keyspace.Meta, "c"u8));
    }

    [Fact]
    public void A_derived_store_has_one_keyspace()
    {
        using var main = RocksDbStore.Open(Main, new RocksDbOptions());
        using var derived = main.OpenDerived(Derived, new RocksDbOptions());
        Assert.Throws<ArgumentOutOfRangeException>(() => derived.GetBytes(Keyspace.Documents, "a"u8));
        Put(derived, "a", sync: false);
        derived.Compact(Keyspace.Meta, "a"u8, "b"u8);
        Assert.True(derived.ApproximateSize(Keyspace.Meta, "a"u8, "b"u8) >= 0);
        Assert.True(derived.ReadDensity(Keyspace.Meta) > 0);
    }

    private static void Put(RocksDbStore store, string key, bool sync)
    {
        using var batch = store.CreateBatch();
        batch.Put(Keyspace.Meta, Encoding.UTF8.GetBytes(key), "value"u8);
        store.Commit(batch, sync);
    }
}
