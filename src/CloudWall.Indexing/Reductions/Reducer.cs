using System.Globalization;
using CloudWall.Documents;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary>
/// A reduce function: turns rows into a state, states into a state, and a state into a value. Rows and states come in the order of the
/// view (CouchDB's documentation: "Built-in Reduce Functions").
/// </summary>
internal abstract class Reducer
{
    private const int MaxRank = 100;

    public abstract IReadOnlyList<byte[]> Reduce(IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation);

    public abstract IReadOnlyList<byte[]> Rereduce(IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation);

    /// <summary>
    /// Whether a query reduces its states once more even if there is only one, as CouchDB's coordinator does with functions of design
    /// documents. For built-in functions that would change nothing.
    /// </summary>
    public virtual bool AlwaysRereduces => false;

    /// <summary>Whether the function uses keys and ids, not only values.</summary>
    public virtual bool TakesKeys => true;

    /// <summary>The error of a state whose reduction did not shrink; null where the state has a value.</summary>
    public virtual string? OverflowOf(byte[] state) => null;

    /// <summary>The value of a state, as clients see it.</summary>
    public virtual byte[] Finish(byte[] state) => state;

    /// <summary>Creates the reducer of a source. Like CouchDB, this looks only at the beginning of a built-in function's name.</summary>
    /// <exception cref="DocumentException">CouchDB has no built-in function of that name.</exception>
    public static Reducer Create(string source, ViewFunctions functions)
    {
        if (!source.StartsWith('_'))
        {
            return new ScriptReducer(source, functions);
        }

        return source switch
        {
            _ when Is("_sum") => new SumReducer(),
            _ when Is("_count") => new CountReducer(),
            _ when Is("_stats") => new StatsReducer(),
            _ when Is("_approx_count_distinct") => new DistinctReducer(),
            _ when Is("_first") => new EndReducer(last: false),
            _ when Is("_last") => new EndReducer(last: true),
            _ when Is("_top_") => new RankReducer(Rank("_top_"), top: true),
            _ when Is("_bottom_") => new RankReducer(Rank("_bottom_"), top: false),
            _ => throw new DocumentException(
                new DocumentError(400, "invalid_design_doc", $"`{source}` is not a supported reduce function.")),
        };

        bool Is(string name) => source.StartsWith(name, StringComparison.Ordinal);

        int Rank(string name) =>
            !int.TryParse(source.AsSpan(name.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var rank)
                ? throw new DocumentException(new DocumentError(400, "invalid_design_doc", "invalid rank reducer"))
                : rank is < 1 or > MaxRank
                    ? throw new DocumentException(
                        new DocumentError(400, "invalid_design_doc", $"rank value must be between 1 and {MaxRank}"))
                    : rank;
    }
}
