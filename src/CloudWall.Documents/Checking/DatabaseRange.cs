using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Checking;

/// <summary>Cursors over the data of one database, for the check.</summary>
internal sealed class DatabaseRange(KeyValueReader store, uint number)
{
    public KeyValueReader Store => store;

    public uint Number => number;

    /// <summary>Scans a whole keyspace.</summary>
    public KeyValueCursor Scan(Keyspace space) => Scan(space, [], []);

    /// <summary>Scans the keys of one kind.</summary>
    public KeyValueCursor Scan(Keyspace space, byte kind) => Scan(space, [kind], [(byte)(kind + 1)]);

    /// <summary>Scans a range of keys, given without the database's number; an empty end is the end of the database.</summary>
    public KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        lower.UInt32(number);
        lower.Raw(from);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        upper.UInt32(to.IsEmpty ? number + 1 : number);
        upper.Raw(to);
        var cursor = store.Scan(space, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        return cursor;
    }
}
