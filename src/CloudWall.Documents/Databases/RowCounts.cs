using CloudWall.Documents.Counts;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>Exact row counts of ranges (CouchDB's <c>offset</c> and <c>pending</c>) in logarithmic time.</summary>
internal static class RowCounts
{
    /// <summary>Counts documents in a range of ids that are not deleted.</summary>
    public static long Documents(DatabaseCore core, KeyRange range)
    {
        var (lower, upper) = StoredDocumentCursor.Bounds(core.Number, range);
        if (lower.AsSpan().SequenceCompareTo(upper) >= 0)
        {
            return 0;
        }

        var (first, last) = range.Descending ? (range.End, range.Start) : (range.Start, range.End);
        using var snapshot = core.Store.Snapshot();
        var end = last is null
            ? ReadState(core, snapshot).DocumentCount
            : DocumentCounts.Before(snapshot, core.Number, upper.AsSpan(Keys.RecordPrefix));
        return end - (first is null ? 0 : DocumentCounts.Before(snapshot, core.Number, lower.AsSpan(Keys.RecordPrefix)));
    }

    /// <summary>Counts documents whose latest change came after a sequence.</summary>
    public static long ChangesAfter(DatabaseCore core, long sequence)
    {
        var state = core.State;
        if (sequence <= 0)
        {
            return state.DocumentCount + state.DeletedCount;
        }

        if (sequence >= state.UpdateSequence)
        {
            return 0;
        }

        using var snapshot = core.Store.Snapshot();
        return SequenceCounts.After(snapshot, core.Number, sequence, ReadState(core, snapshot));
    }

    private static DatabaseState ReadState(DatabaseCore core, KeyValueReader reader)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.State(ref key, core.Number);
        using var value = reader.Get(Keyspace.Meta, key.Written);
        key.Dispose();

        // The state is missing if the database was just deleted.
        return value.Found ? DatabaseState.Read(value.Span) : DatabaseState.Initial;
    }
}
