using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Tests.Reductions;

/// <summary>The functions of a design document that has none of its own.</summary>
internal sealed class NoFunctions : ViewFunctions
{
    public override int Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, EmittedRows rows, CancellationToken cancellation) =>
        throw new InvalidOperationException();

    public override IReadOnlyList<ReduceResult> Reduce(
        string function, IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation) =>
        throw new InvalidOperationException();

    public override IReadOnlyList<ReduceResult> Rereduce(
        string function, IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation) =>
        throw new InvalidOperationException();

    protected override void Dispose(bool disposing)
    {
    }
}
