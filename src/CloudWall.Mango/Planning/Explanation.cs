using CloudWall.Documents.Json;
using CloudWall.Mango.Indexes;

namespace CloudWall.Mango.Planning;

/// <summary>The answer of <c>/{db}/_explain</c>.</summary>
public static class Explanation
{
    /// <summary>Writes it.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="database">The database's name.</param>
    /// <param name="isPartitioned">Whether the database is partitioned.</param>
    public static void Write(JsonBuffer json, Plan plan, string database, bool isPartitioned)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(plan);
        var request = plan.Request;
        json.Raw("{\"dbname\":"u8).Text(database).Raw(",\"index\":"u8);
        if (plan.Index is { } index)
        {
            index.Write(json);
        }
        else
        {
            json.Raw("null"u8);
        }

        json.Raw(",\"partitioned\":"u8).Boolean(isPartitioned).Raw(",\"selector\":"u8);
        request.Selector.Write(json);
        WriteOptions(json, plan);
        json.Raw(",\"limit\":"u8).Number(request.Limit).Raw(",\"skip\":"u8).Number(request.Skip).Raw(",\"fields\":"u8);
        WriteTexts(json, request.Fields?.Names ?? []);
        json.Raw(",\"index_candidates\":["u8);
        WriteCandidates(json, plan);
        json.Raw("],\"selector_hints\":["u8);
        WriteHints(json, plan);
        json.Raw("]"u8);
        if (plan.Index is not null)
        {
            WriteRange(json, plan);
        }

        json.Raw("}"u8);
    }

    private static void WriteOptions(JsonBuffer json, Plan plan)
    {
        var request = plan.Request;
        json.Raw(",\"opts\":{\"use_index\":"u8);
        WriteTexts(json, request.UseIndex);
        json.Raw(",\"bookmark\":"u8).Text(request.Bookmark ?? "nil")
            .Raw(",\"limit\":"u8).Number(request.Limit)
            .Raw(",\"skip\":"u8).Number(request.Skip)
            .Raw(",\"sort\":"u8);
        request.Sort.Write(json);
        json.Raw(",\"fields\":"u8);
        WriteTexts(json, request.Fields?.Names ?? []);
        json.Raw(",\"partition\":"u8).Text(request.Partition ?? string.Empty)
            .Raw(",\"r\":"u8).Number(request.Copies)
            .Raw(",\"conflicts\":"u8).Boolean(request.Conflicts)
            .Raw(",\"stale\":"u8).Raw(request.IsStale ? "\"ok\""u8 : "false"u8)
            .Raw(",\"update\":"u8).Boolean(request.Update)
            .Raw(",\"stable\":"u8).Boolean(request.Stable)
            .Raw(",\"execution_stats\":"u8).Boolean(request.ExecutionStats)
            .Raw(",\"allow_fallback\":"u8).Boolean(request.AllowFallback)
            .Raw("}"u8);
    }

    /// <summary>The indexes that were not chosen, with the reasons.</summary>
    private static void WriteCandidates(JsonBuffer json, Plan plan)
    {
        var trace = plan.Trace;
        var isUsable = trace.InScope.Where(index => !trace.Faults.ContainsKey(index)).ToHashSet();
        var partial = trace.All.Except(trace.Global).ToHashSet();
        var outOfScope = trace.Global.Except(trace.InScope).ToHashSet();
        var excluded = isUsable.Except(trace.Filtered).ToHashSet();
        var unfavored = trace.Filtered.Except(trace.OfKind).ToHashSet();
        var unfavoredRank = Math.Max(1, trace.Uses.Count);
        var excludedRank = unfavoredRank + (unfavored.Count > 0 ? 1 : 0);
        var faultyRank = excludedRank + (excluded.Count > 0 ? 1 : 0);
        var outOfScopeRank = faultyRank + (trace.Faults.Count > 0 ? 1 : 0);
        var partialRank = outOfScopeRank + (outOfScope.Count > 0 ? 1 : 0);
        var separator = ""u8;
        foreach (var index in trace.All.Reverse())
        {
            if (index == plan.Index)
            {
                continue;
            }

            var (usable, reason, rank) = (true, default(string), 0);
            Consider(partial.Contains(index), false, "is_partial", partialRank);
            Consider(outOfScope.Contains(index), false, "scope_mismatch", outOfScopeRank);
            Consider(trace.Faults.TryGetValue(index, out var fault), false, fault!, faultyRank);
            Consider(excluded.Contains(index), true, "excluded_by_user", excludedRank);
            Consider(unfavored.Contains(index), true, "unfavored_type", unfavoredRank);
            var place = trace.Uses.ToList().FindIndex(use => use.Index == index);
            Consider(place >= 0, true, place < 0 ? string.Empty : Inferiority(trace.Uses[place], plan.Index!), place);
            json.Raw(separator).Raw("{\"index\":"u8);
            index.Write(json);
            json.Raw(",\"analysis\":{\"usable\":"u8).Boolean(usable)
                .Raw(",\"reasons\":[{\"name\":"u8).Text(reason)
                .Raw("}],\"ranking\":"u8).Number(rank)
                .Raw(",\"covering\":"u8);
            _ = index.Design is null ? json.Raw("null"u8) : json.Boolean(index.Covers(plan.Request.Fields?.Names));
            json.Raw("}}"u8);
            separator = ","u8;

            void Consider(bool applies, bool leavesUsable, string why, int additional)
            {
                if (applies)
                {
                    (usable, reason, rank) = (usable && leavesUsable, reason ?? why, rank + additional);
                }
            }
        }
    }

    private static string Inferiority(IndexUse use, MangoIndex winner) =>
        use.Distance > 0 ? "less_overlap"
        : use.Index.Fields.Count > winner.Fields.Count ? "too_many_fields"
        : "alphabetically_comes_after";

    private static void WriteHints(JsonBuffer json, Plan plan)
    {
        var all = SelectorFields.All(plan.Request.Selector.Root).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var indexable = all.FindAll(field => FieldRange.IsIndexable(plan.Request.Selector.Root, field));
        json.Raw("{\"type\":\"json\",\"indexable_fields\":"u8);
        WriteTexts(json, indexable);
        json.Raw(",\"unindexable_fields\":"u8);
        WriteTexts(json, [.. all.Except(indexable, StringComparer.Ordinal)]);
        json.Raw("}"u8);
    }

    private static void WriteRange(JsonBuffer json, Plan plan)
    {
        var request = plan.Request;
        var isBackwards = request.Sort.IsDescending;
        var (low, high) = plan.ExplainKeys();
        json.Raw(",\"mrargs\":{\"include_docs\":"u8).Boolean(plan.IncludesDocuments)
            .Raw(",\"view_type\":\"map\",\"reduce\":false,\"partition\":"u8).Text(request.Partition)
            .Raw(",\"start_key\":"u8).Raw(isBackwards ? high : low)
            .Raw(",\"end_key\":"u8).Raw(isBackwards ? low : high)
            .Raw(",\"direction\":"u8).Raw(isBackwards ? "\"rev\""u8 : "\"fwd\""u8)
            .Raw(",\"stable\":"u8).Boolean(request.Stable || request.IsStale)
            .Raw(",\"update\":"u8).Boolean(request.Update && !request.IsStale)
            .Raw(",\"conflicts\":"u8).Raw(request.Conflicts ? "true"u8 : "\"undefined\""u8)
            .Raw("},\"covering\":"u8).Boolean(plan.IsCovering);
    }

    private static void WriteTexts(JsonBuffer json, IReadOnlyList<string> texts)
    {
        json.Raw("["u8);
        for (var i = 0; i < texts.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8).Text(texts[i]);
        }

        json.Raw("]"u8);
    }
}
