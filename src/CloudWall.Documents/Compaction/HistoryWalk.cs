using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Compaction;

/// <summary>Walks over all documents in steps and finds those with a history longer than the limit.</summary>
internal sealed class HistoryWalk(DatabaseCore core, long limit)
{
    private const int DocumentsPerStep = 4096;
    private const int FoundPerStep = 128;

    private byte[]? _from = [];

    /// <summary>Whether all documents were visited.</summary>
    public bool HasEnded => _from is null;

    /// <summary>Takes one step.</summary>
    /// <returns>The ids of documents with too long a history.</returns>
    public IReadOnlyList<string> Step()
    {
        var found = new List<string>();
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Record(ref lower, core.Number, string.Empty);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.RecordsEnd(ref upper, core.Number);
        using var records = core.Store.Scan(Keyspace.Documents, _from is { Length: > 0 } from ? from : lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        for (var left = DocumentsPerStep; records.MoveNext(); left--)
        {
            if (left == 0 || found.Count >= FoundPerStep)
            {
                _from = records.Key.ToArray();
                return found;
            }

            var id = Encoding.UTF8.GetString(records.Key[Keys.RecordPrefix..]);
            if (DocumentRecordCodec.Read(id, records.Value).Tree.Exceeds(limit))
            {
                found.Add(id);
            }
        }

        _from = null;
        return found;
    }
}
