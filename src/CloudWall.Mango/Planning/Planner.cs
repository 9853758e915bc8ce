using CloudWall.Documents;
using CloudWall.Mango.Indexes;
using CloudWall.Mango.Requests;

namespace CloudWall.Mango.Planning;

/// <summary>
/// Chooses the index that CouchDB would choose: of those that have all matching documents and the order that is asked for, the one whose
/// first fields take in most of the selector, then the one with the fewest fields, then the first by name.
/// </summary>
public static class Planner
{
    /// <summary>Plans a query.</summary>
    /// <param name="request">The query.</param>
    /// <param name="indexes">All indexes of the database but that of all documents.</param>
    /// <param name="isPartitioned">Whether the database is partitioned.</param>
    /// <param name="explains">Whether the plan is only explained, so that there may be no index.</param>
    /// <exception cref="DocumentException">400 <c>no_usable_index</c> or <c>invalid_index</c>.</exception>
    public static Plan Make(FindRequest request, IEnumerable<MangoIndex> indexes, bool isPartitioned, bool explains = false)
    {
        List<MangoIndex> all = [MangoIndex.AllDocuments, .. indexes];
        all.Sort(MangoIndex.ByName);
        var global = all.FindAll(static index => !index.IsPartial);
        var inScope = all.FindAll(index =>
            (!index.IsPartial || IsAskedFor(index, request))
            && (index.Design is null || index.IsPartitioned == request.Partition is not null));
        var faults = new Dictionary<MangoIndex, string>();
        foreach (var index in inScope)
        {
            if (Usability.Fault(index, request.Selector.Root, request.Sort.Names) is { } fault)
            {
                faults.Add(index, fault);
            }
        }

        var usable = inScope.FindAll(index => !faults.ContainsKey(index));
        if (usable.Count == 0 && !explains)
        {
            throw NoOrder(isPartitioned, request.Partition is not null);
        }

        var filtered = usable.FindAll(index => IsAskedFor(index, request));
        if (filtered.Count == 0)
        {
            filtered = request.AllowFallback || (request.UseIndex.Count == 0 && usable.Count > 1)
                ? usable
                : throw NoIndex(request.UseIndex);
        }

        var ofKind = filtered.FindAll(static index => index.Design is not null);
        ofKind = ofKind.Count == 0 ? filtered : ofKind;
        var ranges = FieldRange.Of(request.Selector.Root);
        if (ofKind is [{ Design: null }])
        {
            ranges = [.. ranges, FieldRange.AllIds];
        }

        var uses = ofKind.ConvertAll(index => IndexUse.Of(index, ranges));
        uses.Sort(IndexUse.Compare);
        var trace = new PlanTrace(all, global, inScope, faults, usable.Count == 0 ? [] : filtered, usable.Count == 0 ? [] : ofKind, uses);
        return new Plan(request, uses.FirstOrDefault()?.Index, uses.FirstOrDefault()?.Ranges ?? [], trace);
    }

    /// <summary>What a client is told of a plan that is not as it might wish; empty where there is nothing.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="documents">How many documents were read.</param>
    /// <param name="results">How many of them were returned.</param>
    public static string Warn(Plan plan, long documents, long results)
    {
        const long MostPerResult = 10;
        var warnings = new List<string>();
        if (plan.Request.UseIndex is { Count: > 0 } asked && !IsAskedFor(plan.Index!, plan.Request))
        {
            warnings.Add(asked is [var design, var view]
                ? $"_design/{ShortName(design)}, {view} was not used because it is not a valid index for this query."
                : $"_design/{ShortName(asked[0])} was not used because it does not contain a valid index for this query.");
        }

        if (plan.Index!.Design is null)
        {
            warnings.Add("No matching index found, create an index to optimize query time.");
        }

        if (documents > MostPerResult * Math.Max(results, 1))
        {
            warnings.Add(
                "The number of documents examined is high in proportion to the number of results returned. "
                + "Consider adding a more specific index to improve this.");
        }

        return string.Join('\n', warnings);
    }

    private static bool IsAskedFor(MangoIndex index, FindRequest request) => request.UseIndex switch
    {
        [] => false,
        [var design] => index.Design == DesignId(design),
        [var design, var view, ..] => index.Design == DesignId(design) && index.Name == view,
    };

    private static string DesignId(string name) => name.StartsWith("_design/", StringComparison.Ordinal) ? name : "_design/" + name;

    private static string ShortName(string name) => DesignId(name)["_design/".Length..];

    private static DocumentException NoOrder(bool isPartitioned, bool ofPartition) => MangoErrors.Refuse(
        "no_usable_index",
        $"No {(!isPartitioned ? string.Empty : ofPartition ? "partitioned " : "global ")}index exists for this sort, "
        + "try indexing by the sort fields.");

    private static DocumentException NoIndex(IReadOnlyList<string> asked) => MangoErrors.Refuse("invalid_index", asked switch
    {
        [] => "You must specify an index with the `use_index` parameter.",
        [var design] => $"_design/{ShortName(design)} specified by `use_index` could not be found or it is not suitable.",
        [var design, var view, ..] =>
            $"_design/{ShortName(design)}, {view} specified by `use_index` could not be found or it is not suitable.",
    });
}
