namespace CloudWall.Storage.RocksDb;

/// <summary>Iterates with a native iterator. The iterator enforces the bounds.</summary>
internal sealed unsafe class RocksDbCursor(IteratorHandle iterator, bool descending) : KeyValueCursor
{
    private Position _position = Position.Before;

    private enum Position
    {
        /// <summary>Before the first entry.</summary>
        Before,

        /// <summary>The iterator already stands on the entry that the next move returns.</summary>
        Sought,

        /// <summary>On an entry.</summary>
        On,

        /// <summary>After the last entry.</summary>
        After,
    }

    public override ReadOnlySpan<byte> Key
    {
        get
        {
            var data = NativeMethods.rocksdb_iter_key(Current(), out var length);
            GC.KeepAlive(iterator);
            return new ReadOnlySpan<byte>(data, (int)length);
        }
    }

    public override ReadOnlySpan<byte> Value
    {
        get
        {
            var data = NativeMethods.rocksdb_iter_value(Current(), out var length);
            GC.KeepAlive(iterator);
            return new ReadOnlySpan<byte>(data, (int)length);
        }
    }

    public override bool MoveNext()
    {
        var native = iterator.Pointer;
        switch (_position)
        {
            case Position.On when descending:
                NativeMethods.rocksdb_iter_prev(native);
                break;
            case Position.On:
                NativeMethods.rocksdb_iter_next(native);
                break;
            case Position.Before when descending:
                NativeMethods.rocksdb_iter_seek_to_last(native);
                break;
            case Position.Before:
                NativeMethods.rocksdb_iter_seek_to_first(native);
                break;
            case Position.After:
                return false;
        }

        if (NativeMethods.rocksdb_iter_valid(native) != 0)
        {
            GC.KeepAlive(iterator);
            _position = Position.On;
            return true;
        }

        _position = Position.After;
        nint error = 0;
        NativeMethods.rocksdb_iter_get_error(native, ref error);
        GC.KeepAlive(iterator);
        iterator.Database.ThrowIfSet(error);
        return false;
    }

    public override void Seek(ReadOnlySpan<byte> key)
    {
        var native = iterator.Pointer;
        if (descending)
        {
            NativeMethods.rocksdb_iter_seek_for_prev(native, key, (nuint)key.Length);
        }
        else
        {
            NativeMethods.rocksdb_iter_seek(native, key, (nuint)key.Length);
        }

        GC.KeepAlive(iterator);
        _position = Position.Sought;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            iterator.Dispose();
        }
    }

    private nint Current()
    {
        var native = iterator.Pointer;
        if (_position != Position.On)
        {
            throw new InvalidOperationException("The cursor stands on no entry.");
        }

        return native;
    }
}
