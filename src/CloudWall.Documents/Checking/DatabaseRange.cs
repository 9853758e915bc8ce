using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Checking;

/// <summary>Cursors over what one database has, for the check.</summary>
internal sealed class DatabaseRange(KeyValueReader store, uint number)
{
    public KeyValueReader Store => store;

    public uint Number => number;

    /// <summary>Everything in a keyspace.</summary>
    public KeyValueCursor Scan(Keyspace space) => Scan(space, [], []);

    /// <summary>The keys of a kind.</summary>
    public KeyValueCursor Scan(Keyspace space, byte kind) => Scan(space, [kind], [(byte)(kind + 1)]);

    /// <summary>Keys with what follows the database's number; an empty end is the end of the database.</summary>
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
