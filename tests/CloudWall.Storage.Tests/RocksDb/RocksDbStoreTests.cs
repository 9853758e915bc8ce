using CloudWall.Storage.RocksDb;

namespace CloudWall.Storage.Tests.RocksDb;

public sealed class RocksDbStoreTests : KeyValueStoreContract
{
    private readonly TemporaryDirectory _directory = new();

    private string DataDirectory => Path.Combine(_directory.Path, "data");

    private protected override KeyValueStore Open() => RocksDbStore.Open(DataDirectory, new RocksDbOptions());

    private protected override KeyValueStore OpenAnother() => RocksDbStore.Open(Path.Combine(_directory.Path, "another"), new RocksDbOptions());

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _directory.Dispose();
    }
}
