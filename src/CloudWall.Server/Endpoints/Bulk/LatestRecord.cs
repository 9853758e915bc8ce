using CloudWall.Documents.Databases;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// Looks up documents one after the other. Where one is asked for again and nothing has been written meanwhile, its record is not read
/// anew: one with many leaves is large, and may be asked for leaf by leaf.
/// </summary>
/// <param name="database">The database.</param>
internal sealed class LatestRecord(Database database)
{
    private string? _id;
    private long _sequence;
    private DocumentRecord? _record;

    /// <summary>The database.</summary>
    public Database Database => database;

    /// <summary>Looks a document up, deleted ones too.</summary>
    /// <returns>Null where there is none.</returns>
    public DocumentRecord? Find(string id)
    {
        var sequence = database.UpdateSequence;
        if (_id != id || _sequence != sequence)
        {
            _record = database.Find(id);
            _id = id;
            _sequence = sequence;
        }

        return _record;
    }
}
