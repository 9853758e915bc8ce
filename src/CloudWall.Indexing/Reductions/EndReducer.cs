using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary><c>_first</c> and <c>_last</c>: the value of the row with the smallest or the greatest key.</summary>
internal sealed class EndReducer(bool last) : BuiltinReducer
{
    protected override byte[] Reduce(IReadOnlyList<ReduceRow> rows) => rows[last ? ^1 : 0].Value.ToArray();

    protected override byte[] Rereduce(IReadOnlyList<byte[]> states) => states[last ? ^1 : 0];
}
