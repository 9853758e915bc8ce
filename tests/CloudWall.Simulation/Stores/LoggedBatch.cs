using System.Buffers.Binary;
using System.IO.Hashing;
using CloudWall.Storage;

namespace CloudWall.Simulation.Stores;

/// <summary>A batch that knows a hash of its writes.</summary>
internal sealed class LoggedBatch(WriteBatch inner) : WriteBatch
{
    private readonly XxHash3 _hash = new();

    public WriteBatch Inner => inner;

    public ulong Hash => _hash.GetCurrentHashAsUInt64();

    public override int Count => inner.Count;

    public override long SizeInBytes => inner.SizeInBytes;

    public override void Put(Keyspace space, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Note(0, space, key, value);
        inner.Put(space, key, value);
    }

    public override void Delete(Keyspace space, ReadOnlySpan<byte> key)
    {
        Note(1, space, key, []);
        inner.Delete(space, key);
    }

    public override void DeleteRange(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        Note(2, space, lower, upper);
        inner.DeleteRange(space, lower, upper);
    }

    public override void Clear()
    {
        _hash.Reset();
        inner.Clear();
    }

    protected override void Dispose(bool disposing) => inner.Dispose();

    private void Note(int kind, Keyspace space, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(head, (kind << 16) | (int)space);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], one.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], other.Length);
        _hash.Append(head);
        _hash.Append(one);
        _hash.Append(other);
    }
}
