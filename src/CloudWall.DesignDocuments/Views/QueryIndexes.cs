using System.Runtime.CompilerServices;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Mango.Indexes;

namespace CloudWall.DesignDocuments.Views;

/// <summary>The indexes of databases that queries may use. They are read once after each change of a design document.</summary>
public sealed class QueryIndexes
{
    private static readonly KeyRange DesignDocuments = new("_design/", "_design0", InclusiveEnd: false);

    private readonly ConditionalWeakTable<Database, Listed> _kept = [];

    /// <summary>The indexes of a database, without that of all documents.</summary>
    public IReadOnlyList<MangoIndex> Of(Database database)
    {
        ArgumentNullException.ThrowIfNull(database);

        // The version is read first: a change meanwhile has the next call read again.
        var version = database.DesignVersion;
        if (_kept.TryGetValue(database, out var listed) && listed.Version == version)
        {
            return listed.Indexes;
        }

        var indexes = new List<MangoIndex>();
        using var documents = database.Scan(DesignDocuments);
        while (documents.MoveNext())
        {
            using var stored = documents.ReadWinner();
            if (stored is not null && stored.Body.Span.IndexOf("\"query\""u8) >= 0)
            {
                indexes.AddRange(MangoIndex.Of(
                    documents.Record.Id, NormalJson.FromStored(stored.Body.ToArray()), database.Options.Partitioned));
            }
        }

        _kept.AddOrUpdate(database, new Listed(version, indexes));
        return indexes;
    }

    private sealed record Listed(long Version, IReadOnlyList<MangoIndex> Indexes);
}
