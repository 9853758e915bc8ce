namespace CloudWall.Storage.Memory;

/// <summary>A value on the managed heap. Forgets it when disposed of, as an engine on disk would give its memory up.</summary>
internal sealed class MemoryPinnedValue(byte[] value) : PinnedValue
{
    private readonly ValueMemory _value = new(value);

    public override bool Found => true;

    public override ReadOnlySpan<byte> Span => _value.GetSpan();

    public override ReadOnlyMemory<byte> Memory => _value.Memory;

    protected override void Dispose(bool disposing) => ((IDisposable)_value).Dispose();

    /// <summary>Memory that fails loudly when it is used after its value was disposed of.</summary>
    private sealed class ValueMemory(byte[] value) : System.Buffers.MemoryManager<byte>
    {
        private byte[]? _value = value;

        public override Memory<byte> Memory => CreateMemory(Value.Length);

        private byte[] Value
        {
            get
            {
                ObjectDisposedException.ThrowIf(_value is null, typeof(PinnedValue));
                return _value;
            }
        }

        public override Span<byte> GetSpan() => Value;

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => Value.AsMemory(elementIndex).Pin();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing) => _value = null;
    }
}
