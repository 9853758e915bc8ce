using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Queries;

/// <summary>The parts of a group, in order: rows, states of nodes, rows.</summary>
/// <param name="Key">The key as clients see it.</param>
internal sealed record GroupParts(byte[] Key)
{
    public List<ReduceRow> Before { get; } = [];

    public List<byte[]> States { get; } = [];

    public List<ReduceRow> After { get; } = [];

    /// <summary>The approximate size of the collected rows and states in bytes.</summary>
    public long Bytes { get; set; }

    public void Add(int level, ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored, int reduction)
    {
        if (level == 0)
        {
            (States.Count == 0 ? Before : After).Add(RowCodec.ToReduceRow(key, stored));
            Bytes += key.Length + stored.Length;
        }
        else if (ViewNode.ReadState(stored, reduction) is { } state)
        {
            States.Add(state);
            Bytes += state.Length;
        }
    }
}
