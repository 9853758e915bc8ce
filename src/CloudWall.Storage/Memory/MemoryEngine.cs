namespace CloudWall.Storage.Memory;

/// <summary>Keeps all data in memory, or the derived data alone, beside a store that was given.</summary>
internal sealed class MemoryEngine(KeyValueStore main, bool ownsMain) : StorageEngine
{
    public override KeyValueStore Main => main;

    public override KeyValueStore OpenDerived() => new MemoryStore();

    protected override void Dispose(bool disposing)
    {
        if (disposing && ownsMain)
        {
            main.Dispose();
        }
    }
}
