using System.Buffers;

namespace CloudWall.Indexing.Views;

/// <summary>How far an index has come. Written in the same batch as the rows that it speaks of.</summary>
/// <param name="UpdateSequence">The database's update sequence up to which changes are in it.</param>
/// <param name="PurgeSequence">The number of the last purge that is in it.</param>
/// <param name="HasNodes">Whether nodes stand over the rows; while much is being added they do not.</param>
/// <param name="Views">Each view's numbers.</param>
/// <param name="Commits">How often the index has been written to: what tells one state of it from another.</param>
internal sealed record IndexState(long UpdateSequence, long PurgeSequence, bool HasNodes, ViewState[] Views, long Commits)
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

        // Earlier versions did not count.
        return new IndexState(update, purge, hasNodes, views, stored.IsEmpty ? 0 : Packed.Number(ref stored));
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
        return output.WrittenSpan.ToArray();
    }
}

/// <summary>A view's numbers.</summary>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Bytes">How many bytes its rows' keys and values are.</param>
internal readonly record struct ViewState(long Rows, long Bytes);
