namespace CloudWall.Storage.Memory;

/// <summary>Keeps all data in memory, or only the derived data beside a store that the caller supplies.</summary>
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
