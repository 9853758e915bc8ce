using System.Collections.Immutable;

namespace CloudWall.Storage.Memory;

/// <summary>Iterates over the entries from index <paramref name="first"/> to <paramref name="end"/> (exclusive).</summary>
internal sealed class MemoryCursor(ImmutableSortedSet<MemoryEntry> entries, int first, int end, bool descending) : KeyValueCursor
{
    private int _next = descending ? end - 1 : first;
    private MemoryEntry? _current;
    private bool _disposed;

    public override ReadOnlySpan<byte> Key => Current.Key;

    public override ReadOnlySpan<byte> Value => Current.Value;

    private MemoryEntry Current
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(KeyValueCursor));
            return _current ?? throw new InvalidOperationException("The cursor stands on no entry.");
        }
    }

    public override bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(KeyValueCursor));
        if (_next < first || _next >= end)
        {
            _current = null;
            return false;
        }

        _current = entries[_next];
        _next += descending ? -1 : 1;
        return true;
    }

    public override void Seek(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(KeyValueCursor));
        _current = null;
        var index = MemorySpace.LowerBound(entries, key);
        if (descending)
        {
            var isAtKey = index < entries.Count && entries[index].Key.AsSpan().SequenceEqual(key);
            _next = Math.Min(isAtKey ? index : index - 1, end - 1);
        }
        else
        {
            _next = Math.Max(index, first);
        }
    }

    protected override void Dispose(bool disposing) => _disposed = true;
}
