using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>Walks over local documents.</summary>
internal static class LocalDocuments
{
    public static IEnumerable<LocalDocument> Scan(DatabaseCore core, KeyRange range)
    {
        var (lower, upper) = Bounds(core.Number, range);
        if (lower.AsSpan().SequenceCompareTo(upper) >= 0)
        {
            yield break;
        }

        using var rows = core.Store.Scan(Keyspace.Local, lower, upper, range.Descending);
        while (rows.MoveNext())
        {
            yield return DatabaseCore.ReadLocal(rows.Key, rows.Value);
        }
    }

    private static (byte[] Lower, byte[] Upper) Bounds(uint database, KeyRange range)
    {
        var (low, high) = range.Descending ? (range.End, range.Start) : (range.Start, range.End);
        var lowInclusive = !range.Descending || range.InclusiveEnd;
        var highInclusive = range.Descending || range.InclusiveEnd;
        return (
            low is null ? Bound(database, string.Empty, after: false) : Bound(database, low, after: !lowInclusive),
            high is null ? Bound(database + 1, string.Empty, after: false) : Bound(database, high, after: highInclusive));
    }

    private static byte[] Bound(uint database, string id, bool after)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Local(ref key, database, id);
        if (after)
        {
            key.Byte(0);
        }

        var bound = key.Written.ToArray();
        key.Dispose();
        return bound;
    }
}
