using CloudWall.Documents.Databases;

namespace CloudWall.Replication.Jobs;

/// <summary>
/// Documents of replicator databases that do not become jobs: those that were there already. One that is written again does.
/// </summary>
/// <param name="catalogue">The databases, as the node has found them.</param>
/// <param name="reason">Why they are held, and how to go on, for people.</param>
public sealed class HeldDocuments(DatabaseCatalogue catalogue, string reason)
{
    private readonly Dictionary<Database, long> _through = catalogue.Names
        .Where(ReplicatorDocument.IsReplicator)
        .Select(catalogue.Find)
        .OfType<Database>()
        .ToDictionary(static database => database, static database => database.UpdateSequence);

    /// <summary>Why they are held, and how to go on.</summary>
    public string Reason => reason;

    /// <summary>The sequence through which documents of a database are held; 0 for none of them.</summary>
    internal long Through(Database database) => _through.GetValueOrDefault(database);
}
