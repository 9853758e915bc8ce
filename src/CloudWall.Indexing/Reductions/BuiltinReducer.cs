using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary>A reduce function that CouchDB has built in; reduces each group by itself.</summary>
internal abstract class BuiltinReducer : Reducer
{
    public override bool TakesKeys => false;

    public sealed override IReadOnlyList<byte[]> Reduce(
        IReadOnlyList<IReadOnlyList<ReduceRow>> groups, CancellationToken cancellation)
    {
        var states = new byte[groups.Count][];
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = Reduce(groups[i]);
        }

        return states;
    }

    public sealed override IReadOnlyList<byte[]> Rereduce(
        IReadOnlyList<IReadOnlyList<byte[]>> groups, CancellationToken cancellation)
    {
        var states = new byte[groups.Count][];
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = Rereduce(groups[i]);
        }

        return states;
    }

    protected abstract byte[] Reduce(IReadOnlyList<ReduceRow> rows);

    protected abstract byte[] Rereduce(IReadOnlyList<byte[]> states);
}
