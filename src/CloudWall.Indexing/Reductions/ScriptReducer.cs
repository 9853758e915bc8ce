using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary>A function of the design document. Its states are its values.</summary>
internal sealed class ScriptReducer(string source, ViewFunctions functions) : Reducer
{
    public override bool AlwaysRereduces => true;

    public override IReadOnlyList<byte[]> Reduce(IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation) =>
        functions.Reduce(source, groups, cancellation);

    public override IReadOnlyList<byte[]> Rereduce(IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation) =>
        functions.Rereduce(source, groups, cancellation);
}
