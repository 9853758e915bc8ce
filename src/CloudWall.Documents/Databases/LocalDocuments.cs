using System.Text;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>
/// Iterates over local documents. The scan is reopened regularly, so that a slow reader does not block the reclaiming of old versions.
/// </summary>
internal static class LocalDocuments
{
    private const int RowsPerScan = 4096;

    public static IEnumerable<LocalDocument> Scan(DatabaseCore core, KeyRange range)
    {
        var (lower, upper) = Bounds(core.Number, range);
        for (var isMore = lower.AsSpan().SequenceCompareTo(upper) < 0; isMore;)
        {
            isMore = false;
            using var rows = core.Store.Scan(Keyspace.Local, lower, upper, range.Descending);
            for (var read = 1; rows.MoveNext(); read++)
            {
                core.ThrowIfClosed();
                if (read > RowsPerScan)
                {
                    // The next scan begins with this row.
                    (lower, upper) = range.Descending ? (lower, [.. rows.Key, 0]) : (rows.Key.ToArray(), upper);
                    isMore = true;
                    break;
                }

                var document = rows.Value.Length > DatabaseCore.LongestCopiedLocal
                    ? core.FindLocal(Encoding.UTF8.GetString(rows.Key[4..]))
                    : DatabaseCore.ReadLocal(rows.Key, rows.Value);
                if (document is not null)
                {
                    yield return document;
                }
            }
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
