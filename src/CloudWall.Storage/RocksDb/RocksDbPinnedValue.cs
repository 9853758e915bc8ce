using System.Buffers;

namespace CloudWall.Storage.RocksDb;

/// <summary>A value in the engine's block cache or write buffer. It points at native memory, so it has a finaliser.</summary>
internal sealed unsafe class RocksDbPinnedValue : PinnedValue
{
    private readonly DatabaseHandle _database;
    private readonly byte* _data;
    private readonly int _length;
    private nint _slice;
    private NativeMemoryManager? _memory;

    /// <summary>Takes ownership of the slice and of a reference to the database.</summary>
    internal RocksDbPinnedValue(DatabaseHandle database, nint slice)
    {
        _database = database;
        _slice = slice;
        _data = NativeMethods.rocksdb_pinnableslice_value(slice, out var length);
        _length = (int)length;
    }

    ~RocksDbPinnedValue() => Dispose(disposing: false);

    public override bool Found => true;

    public override ReadOnlySpan<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_slice == 0, typeof(PinnedValue));
            return new ReadOnlySpan<byte>(_data, _length);
        }
    }

    public override ReadOnlyMemory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_slice == 0, typeof(PinnedValue));
            return (_memory ??= new NativeMemoryManager(this)).Memory;
        }
    }

    protected override void Dispose(bool disposing)
    {
        var slice = Interlocked.Exchange(ref _slice, 0);
        if (slice != 0)
        {
            NativeMethods.rocksdb_pinnableslice_destroy(slice);
            _database.DangerousRelease();
        }
    }

    /// <summary>Exposes the value as memory, and keeps the value from finalisation while that memory is in use.</summary>
    private sealed class NativeMemoryManager(RocksDbPinnedValue value) : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(value._length);

        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(value._slice == 0, typeof(PinnedValue));
            return new Span<byte>(value._data, value._length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(value._slice == 0, typeof(PinnedValue));
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)value._length, nameof(elementIndex));
            return new MemoryHandle(value._data + elementIndex, pinnable: this);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
