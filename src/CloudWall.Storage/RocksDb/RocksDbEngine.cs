namespace CloudWall.Storage.RocksDb;

/// <summary>Keeps documents and derived data in two directories. Both stores share one block cache and one write-buffer budget.</summary>
internal sealed class RocksDbEngine : StorageEngine
{
    private readonly RocksDbStore _main;
    private readonly string _derived;
    private readonly RocksDbOptions _derivedOptions;

    public RocksDbEngine(StorageOptions options, bool readOnly)
    {
        var main = new RocksDbOptions { MarkFile = options.MarkFile, MaxOpenFiles = options.MaxOpenFiles };
        _main = readOnly ? RocksDbStore.OpenReadOnly(options.Directory, main) : RocksDbStore.Open(options.Directory, main);
        _derived = options.DerivedDirectory;
        _derivedOptions = new RocksDbOptions { MaxOpenFiles = options.MaxDerivedFiles };
    }

    public override KeyValueStore Main => _main;

    public override IReadOnlyList<DamagedTable> DamagedTables => _main.DamagedTables;

    public override StoreLoss? Loss => _main.Loss;

    public override bool KeepsDerived => true;

    public override bool IsDerivedGivenUp => File.Exists(GivenUp);

    private string GivenUp => Path.Combine(_derived, "damaged");

    public override void AcceptLoss() => _main.AcceptLoss();

    public override KeyValueStore OpenDerived() => _main.OpenDerived(_derived, _derivedOptions);

    public override void EraseDerived()
    {
        if (Directory.Exists(_derived))
        {
            Directory.Delete(_derived, recursive: true);
        }
    }

    public override void GiveUpDerived()
    {
        try
        {
            File.WriteAllBytes(GivenUp, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The file {GivenUp} cannot be written: {e.Message}", e);
        }
    }

    public override IReadOnlyList<string> FindDamageInDerived() =>
        File.Exists(_derived) ? ["there is a file in place of the directory"]
        : Directory.Exists(_derived) && Directory.EnumerateFileSystemEntries(_derived).Any()
            ? RocksDbStore.FindDamageInDerived(_derived, _derivedOptions)
        : [];

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _main.Dispose();
        }
    }
}
