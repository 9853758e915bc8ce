using System.Globalization;
using CloudWall.Documents;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary>
/// A reduce function: makes a state out of rows and out of states, and a value out of a state. Rows and states come in the order of the
/// view. CouchDB's "Built-in Reduce Functions".
/// </summary>
internal abstract class Reducer
{
    private const int MaxRank = 100;

    public abstract IReadOnlyList<byte[]> Reduce(IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation);

    public abstract IReadOnlyList<byte[]> Rereduce(IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation);

    /// <summary>
    /// Whether a query reduces what it found once more even if that is one state, as CouchDB's coordinator does with functions of design
    /// documents; those of CouchDB itself give the same again.
    /// </summary>
    public virtual bool AlwaysRereduces => false;

    /// <summary>Whether it looks at rows' keys and ids, not at values only.</summary>
    public virtual bool TakesKeys => true;

    /// <summary>Why a state has no value: what it was made of did not shrink. Null where it has one.</summary>
    public virtual string? OverflowOf(byte[] state) => null;

    /// <summary>The value that clients see.</summary>
    public virtual byte[] Finish(byte[] state) => state;

    /// <summary>The reducer of a source; CouchDB looks only at how the name of its own functions begins.</summary>
    /// <exception cref="DocumentException">A name that it does not know.</exception>
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
