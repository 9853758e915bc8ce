using CloudWall.Documents.Changes;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>Exact numbers of rows in a range: CouchDB's <c>offset</c> and <c>pending</c>.</summary>
internal static class RowCounts
{
    /// <summary>Documents that are not deleted in a range of ids.</summary>
    public static long Documents(DatabaseCore core, KeyRange range)
    {
        var (lower, upper) = StoredDocumentCursor.Bounds(core.Number, range);
        if (lower.AsSpan().SequenceCompareTo(upper) >= 0)
        {
            return 0;
        }

        using var records = core.Store.Scan(Keyspace.Documents, lower, upper);
        var count = 0L;
        while (records.MoveNext())
        {
            count += DocumentRecordCodec.IsDeleted(records.Value) ? 0 : 1;
        }

        return count;
    }

    /// <summary>Documents whose latest change came after a sequence.</summary>
    public static long ChangesAfter(DatabaseCore core, long sequence)
    {
        var state = core.State;
        if (sequence <= 0)
        {
            return state.DocumentCount + state.DeletedCount;
        }

        using var rows = StoredChangesCursor.ScanRows(core, sequence, state.UpdateSequence, descending: false);
        var count = 0L;
        while (rows.MoveNext())
        {
            count++;
        }

        return count;
    }
}
