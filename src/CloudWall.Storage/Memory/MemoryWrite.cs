namespace CloudWall.Storage.Memory;

/// <summary>One write of a batch.</summary>
internal abstract record MemoryWrite(Keyspace Space, byte[] Key)
{
    /// <summary>Approximate size in bytes.</summary>
    internal virtual int Size => Key.Length + 2;

    internal abstract void ApplyTo(MemorySpace.Builder space);

    internal sealed record Put(Keyspace Space, byte[] Key, byte[] Value) : MemoryWrite(Space, Key)
    {
        internal override int Size => base.Size + Value.Length;

        internal override void ApplyTo(MemorySpace.Builder space) => space.Put(Key, Value);
    }

    internal sealed record Delete(Keyspace Space, byte[] Key) : MemoryWrite(Space, Key)
    {
        internal override void ApplyTo(MemorySpace.Builder space) => space.Delete(Key);
    }

    internal sealed record SingleDelete(Keyspace Space, byte[] Key) : MemoryWrite(Space, Key)
    {
        internal override void ApplyTo(MemorySpace.Builder space) => space.SingleDelete(Key);
    }

    internal sealed record DeleteRange(Keyspace Space, byte[] Key, byte[] Upper) : MemoryWrite(Space, Key)
    {
        internal override int Size => base.Size + Upper.Length;

        internal override void ApplyTo(MemorySpace.Builder space) => space.DeleteRange(Key, Upper);
    }
}
