using System.Buffers;

namespace CloudWall.Indexing.Views;

/// <summary>The state that an index has reached. It is written in the same batch as the rows that it describes.</summary>
/// <param name="UpdateSequence">The database's update sequence that the index has reached.</param>
/// <param name="PurgeSequence">The number of the last purge that the index has applied.</param>
/// <param name="HasNodes">Whether there are nodes over the rows. A build that adds many rows removes them until its end.</param>
/// <param name="Views">The size of each view.</param>
/// <param name="Commits">The number of writes to the index, which identifies this state.</param>
/// <param name="Debt">How many documents it takes to make up for those without rows (<see cref="Building.OverrunLimit"/>).</param>
internal sealed record IndexState(long UpdateSequence, long PurgeSequence, bool HasNodes, ViewState[] Views, long Commits, long Debt = 0)
{
    public static IndexState Initial(int views, long purgeSequence) => new(0, purgeSequence, true, new ViewState[views], 0);

    public static IndexState Read(ReadOnlySpan<byte> stored)
    {
        var update = Packed.Number(ref stored);
        var purge = Packed.Number(ref stored);
        var hasNodes = Packed.Number(ref stored) != 0;
        var views = new ViewState[(int)Packed.Number(ref stored)];
        for (var i = 0; i < views.Length; i++)
        {
            views[i] = new ViewState(Packed.Number(ref stored), Packed.Number(ref stored));
        }

        // Earlier versions did not store the number of commits, nor the debt.
        var commits = stored.IsEmpty ? 0 : Packed.Number(ref stored);
        return new IndexState(update, purge, hasNodes, views, commits, stored.IsEmpty ? 0 : Packed.Number(ref stored));
    }

    public byte[] Write()
    {
        var output = new ArrayBufferWriter<byte>();
        output.Number(UpdateSequence);
        output.Number(PurgeSequence);
        output.Number(HasNodes ? 1 : 0);
        output.Number(Views.Length);
        foreach (var view in Views)
        {
            output.Number(view.Rows);
            output.Number(view.Bytes);
        }

        output.Number(Commits);
        output.Number(Debt);
        return output.WrittenSpan.ToArray();
    }
}

/// <summary>The size of a view.</summary>
/// <param name="Rows">The number of its rows.</param>
/// <param name="Bytes">The size of its rows' keys and values in bytes.</param>
internal readonly record struct ViewState(long Rows, long Bytes);
