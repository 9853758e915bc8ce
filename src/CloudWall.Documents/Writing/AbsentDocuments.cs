using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Writing;

/// <summary>
/// A stretch of ids of which none is stored, found with one look: ids that are made in ascending order all lie behind the last that is
/// stored, and need not be looked up one by one.
/// </summary>
internal sealed class AbsentDocuments
{
    private readonly byte[] _from;
    private readonly byte[] _to;

    private AbsentDocuments(byte[] from, byte[] to)
    {
        _from = from;
        _to = to;
    }

    /// <summary>Finds what is absent from an id on.</summary>
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

    /// <summary>Whether the document of a record's key is known not to be stored.</summary>
    public bool Has(ReadOnlySpan<byte> key) => key.SequenceCompareTo(_from) >= 0 && key.SequenceCompareTo(_to) < 0;
}
