using System.Buffers.Text;
using System.Globalization;
using System.Text;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary><c>_count</c>: the number of rows.</summary>
internal sealed class CountReducer : BuiltinReducer
{
    protected override byte[] Reduce(IReadOnlyList<ReduceRow> rows) => Write(rows.Count);

    protected override byte[] Rereduce(IReadOnlyList<byte[]> states)
    {
        var count = 0L;
        foreach (var state in states)
        {
            count += Utf8Parser.TryParse(state, out long rows, out _) ? rows : 0;
        }

        return Write(count);
    }

    private static byte[] Write(long count) => Encoding.ASCII.GetBytes(count.ToString(CultureInfo.InvariantCulture));
}
