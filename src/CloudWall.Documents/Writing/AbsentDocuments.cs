using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Writing;

/// <summary>A range of document ids known to be absent, found with one seek; lets bulk inserts of ascending ids skip point reads.</summary>
internal sealed class AbsentDocuments
{
    private readonly byte[] _from;
    private readonly byte[] _to;

    private AbsentDocuments(byte[] from, byte[] to)
    {
        _from = from;
        _to = to;
    }

    /// <summary>Finds the absent range that starts at an id.</summary>
    public static AbsentDocuments From(KeyValueReader stored, uint database, string id)
    {
        var from = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Record(ref from, database, id);
        var end = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.RecordsEnd(ref end, database);
        using var records = stored.Scan(Keyspace.Documents, from.Written, end.Written);
        var to = records.MoveNext() ? records.Key.ToArray() : end.Written.ToArray();
        var absent = new AbsentDocuments(from.Written.ToArray(), to);
        from.Dispose();
        end.Dispose();
        return absent;
    }

    /// <summary>Whether the key of a record is in the absent range.</summary>
    public bool Has(ReadOnlySpan<byte> key) => key.SequenceCompareTo(_from) >= 0 && key.SequenceCompareTo(_to) < 0;
}
