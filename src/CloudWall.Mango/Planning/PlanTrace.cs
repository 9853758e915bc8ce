using CloudWall.Mango.Indexes;

namespace CloudWall.Mango.Planning;

/// <summary>What the planner has considered, for <c>_explain</c>.</summary>
/// <param name="All">All indexes.</param>
/// <param name="Global">Those that have all documents.</param>
/// <param name="InScope">Those that may be used, and are of partitions or of the whole database, as the query is.</param>
/// <param name="Faults">Why some of these cannot be used.</param>
/// <param name="Filtered">Those that the user lets be used.</param>
/// <param name="OfKind">Those of the kind that is used.</param>
/// <param name="Uses">These, the best first.</param>
internal sealed record PlanTrace(
    IReadOnlyList<MangoIndex> All,
    IReadOnlyList<MangoIndex> Global,
    IReadOnlyList<MangoIndex> InScope,
    IReadOnlyDictionary<MangoIndex, string> Faults,
    IReadOnlyList<MangoIndex> Filtered,
    IReadOnlyList<MangoIndex> OfKind,
    IReadOnlyList<IndexUse> Uses);
