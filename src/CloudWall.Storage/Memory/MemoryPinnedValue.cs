namespace CloudWall.Storage.Memory;

/// <summary>
/// A value on the managed heap. It drops its bytes on disposal, so that tests detect a use that would be a use after free in an engine on
/// disk.
/// </summary>
internal sealed class MemoryPinnedValue(byte[] value) : PinnedValue
{
    private readonly ValueMemory _value = new(value);

    public override bool Found => true;

    public override ReadOnlySpan<byte> Span => _value.GetSpan();

    public override ReadOnlyMemory<byte> Memory => _value.Memory;

    protected override void Dispose(bool disposing) => ((IDisposable)_value).Dispose();

    /// <summary>Memory that throws if it is used after its value was disposed.</summary>
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
