using System.Collections.Concurrent;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Indexing.Building;
using CloudWall.Scripting;

namespace CloudWall.DesignDocuments.Views;

/// <summary>Caches the views of design documents, parsed once per revision, and opens their indexes.</summary>
/// <param name="scripts">Runs functions.</param>
/// <param name="indexes">The indexes.</param>
/// <param name="mapped">Called after each call of map functions, with the numbers of documents and rows.</param>
public sealed class ViewGroups(ScriptHost scripts, IndexCatalogue indexes, Action<int, int>? mapped = null)
{
    /// <summary>The indexes that queries may use.</summary>
    public QueryIndexes QueryIndexes { get; } = new();

    private const int MostKept = 1000;

    /// <summary>How long the functions of all that are kept may be together.</summary>
    private const long MostLength = 32 << 20;

    private static readonly KeyRange DesignDocuments = new("_design/", "_design0", InclusiveEnd: false);

    private readonly ConcurrentDictionary<(string Incarnation, string Id), (RevisionId Revision, ViewGroup Group)> _kept = new();

    /// <summary>The views of a design document.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="id">Its id.</param>
    /// <exception cref="DocumentException">404 <c>missing</c> or <c>deleted</c>.</exception>
    public ViewGroup Find(Database database, string id)
    {
        var record = database.Find(id);
        var name = (database.Incarnation, id);
        if (record is not { Deleted: false })
        {
            if (_kept.TryRemove(name, out var gone))
            {
                indexes.Abandon(database.Incarnation, gone.Group.Definition.Signature);
            }

            throw new DocumentException(record is null ? DocumentError.Missing : DocumentError.Deleted);
        }

        var isKept = _kept.TryGetValue(name, out var kept);
        if (isKept && kept.Revision == record.Winner.Revision)
        {
            return kept.Group;
        }

        using var opened = DocumentReader.OpenWinner(database, id);
        var group = ViewGroup.Of(id, NormalJson.FromStored(opened.Stored.Body), database.Options.Partitioned);
        if (isKept && kept.Group.Definition.Signature != group.Definition.Signature)
        {
            indexes.Abandon(database.Incarnation, kept.Group.Definition.Signature);
        }

        if (_kept.Count >= MostKept || _kept.Values.Sum(static kept => kept.Group.Length) + group.Length > MostLength)
        {
            _kept.Clear();
        }

        _kept[name] = (opened.Revision, group);
        return group;
    }

    /// <summary>Opens the index of a design document's views.</summary>
    /// <exception cref="DocumentException">503: the node is stopping.</exception>
    public ViewIndex Open(Database database, ViewGroup group) =>
        indexes.Open(database, group.Definition, () => group.IsOfQueries
            ? new QueryViewFunctions(group.Maps.Functions, mapped)
            : new ScriptViewFunctions(scripts, database.Name, group, mapped));

    /// <summary>Removes the indexes that no design document of a database defines any more (<c>_view_cleanup</c>).</summary>
    public async Task CleanAsync(Database database)
    {
        // The list of indexes is taken before the design documents are read: an index that a new design document creates meanwhile is not
        // in it.
        var signatures = indexes.Signatures(database.Incarnation);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        using (var documents = database.Scan(DesignDocuments))
        {
            while (documents.MoveNext())
            {
                if (documents.ReadWinner() is { } stored)
                {
                    using (stored)
                    {
                        var body = NormalJson.FromStored(stored.Body);
                        needed.Add(ViewGroup.Of(string.Empty, body, database.Options.Partitioned).Definition.Signature);
                    }
                }
            }
        }

        foreach (var signature in signatures)
        {
            if (!needed.Contains(signature))
            {
                await indexes.RemoveAsync(database.Incarnation, signature);
            }
        }
    }

    /// <summary>Removes the cached views, the compiled functions and the indexes of a deleted database.</summary>
    public async Task DropAsync(Database database)
    {
        var incarnation = database.Incarnation;
        foreach (var name in _kept.Keys)
        {
            if (name.Incarnation == incarnation)
            {
                _kept.TryRemove(name, out _);
            }
        }

        scripts.DropScope(database.Name);
        foreach (var signature in indexes.Signatures(incarnation))
        {
            await indexes.RemoveAsync(incarnation, signature);
        }
    }
}
