using CloudWall.Storage.Memory;

namespace CloudWall.Storage.Tests;

/// <summary>What every engine that a setting can name does.</summary>
public sealed class StorageEngineTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Names { get; } = [.. StorageEngine.Names];

    private StorageOptions Options => new()
    {
        Directory = Path.Combine(_directory.Path, "store"),
        DerivedDirectory = Path.Combine(_directory.Path, "indexes"),
        MarkFile = Path.Combine(_directory.Path, "synced"),
        MaxOpenFiles = StorageOptions.FewestOpenFiles,
        MaxDerivedFiles = StorageOptions.FewestOpenFiles,
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_new_engine_has_two_stores_that_do_not_see_each_other(string name)
    {
        using var engine = StorageEngine.Open(name, Options);
        Assert.Empty(engine.DamagedTables);
        Assert.Null(engine.Loss);
        Assert.False(engine.IsDerivedGivenUp);
        using var derived = engine.OpenDerived();
        Put(engine.Main, "main");
        Put(derived, "derived");
        Assert.Equal("main", Read(engine.Main));
        Assert.Equal("derived", Read(derived));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Derived_data_that_is_erased_is_gone_and_the_documents_stay(string name)
    {
        using var engine = StorageEngine.Open(name, Options);
        Put(engine.Main, "main");
        using (var derived = engine.OpenDerived())
        {
            Put(derived, "derived");
        }

        engine.GiveUpDerived();
        Assert.Equal(engine.KeepsDerived, engine.IsDerivedGivenUp);
        engine.EraseDerived();
        Assert.False(engine.IsDerivedGivenUp);
        using var anew = engine.OpenDerived();
        Assert.Null(Read(anew));
        Assert.Equal("main", Read(engine.Main));
    }

    [Fact]
    public void What_the_default_engine_keeps_can_be_checked()
    {
        using (var engine = StorageEngine.Open(StorageEngine.Default, Options))
        using (var derived = engine.OpenDerived())
        {
            Put(engine.Main, "main");
            Put(derived, "derived");
        }

        using var again = StorageEngine.OpenReadOnly(StorageEngine.Default, Options);
        Assert.Equal("main", Read(again.Main));
        Assert.Empty(again.FindDamageInDerived());
    }

    [Fact]
    public void A_store_that_was_given_stays_its_owners()
    {
        using var store = new MemoryStore();
        using (var engine = StorageEngine.Of(store))
        {
            Assert.Same(store, engine.Main);
        }

        Put(store, "main");
    }

    [Fact]
    public void An_engine_of_another_name_is_refused()
    {
        Assert.Throws<ArgumentException>(() => StorageEngine.Open("other", Options));
        Assert.Throws<ArgumentException>(() => StorageEngine.OpenReadOnly("other", Options));
    }

    private static void Put(KeyValueStore store, string value)
    {
        using var batch = store.CreateBatch();
        batch.Put(Keyspace.Meta, "key"u8, System.Text.Encoding.UTF8.GetBytes(value));
        store.Commit(batch, sync: true);
    }

    private static string? Read(KeyValueStore store) =>
        store.GetBytes(Keyspace.Meta, "key"u8) is { } value ? System.Text.Encoding.UTF8.GetString(value) : null;

    [Theory]
    [InlineData("IO error: While open a file for random read: /indexes/000012.sst: Too many open files", StorageFault.System)]
    [InlineData("IO error: While opendir: /indexes: Permission denied", StorageFault.System)]
    [InlineData("Corruption: while reading /store/000012.sst: Input/output error", StorageFault.System)]
    [InlineData("IO error: /store/LOCK: Resource temporarily unavailable", StorageFault.System)]
    [InlineData("IO error: /store/000012.log: No space left on device", StorageFault.DiskFull)]
    [InlineData("Corruption: block checksum mismatch", StorageFault.Damaged)]
    [InlineData("IO error: /store/000012.sst: No such file or directory", StorageFault.Damaged)]
    public void What_the_system_refuses_is_no_damage(string message, StorageFault fault) =>
        Assert.Equal(fault, new StorageException(message).Fault);
}
