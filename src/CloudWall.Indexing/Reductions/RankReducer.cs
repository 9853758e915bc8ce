using System.Buffers;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary>
/// <c>_top_N</c> and <c>_bottom_N</c>: the N greatest or smallest distinct values, as an array that begins with the most extreme one.
/// </summary>
internal sealed class RankReducer(int count, bool top) : BuiltinReducer
{
    protected override byte[] Reduce(IReadOnlyList<ReduceRow> rows)
    {
        var ranked = new List<byte[]>();
        foreach (var row in rows)
        {
            Add(ranked, row.Value.Span);
        }

        return Write(ranked);
    }

    protected override byte[] Rereduce(IReadOnlyList<byte[]> states)
    {
        var ranked = new List<byte[]>();
        foreach (var state in states)
        {
            var reader = JsonTokens.Read(state);
            reader.Read();
            while (reader.Read() && reader.TokenType != System.Text.Json.JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                Add(ranked, state.AsSpan(start..(int)reader.BytesConsumed));
            }
        }

        return Write(ranked);
    }

    private void Add(List<byte[]> ranked, ReadOnlySpan<byte> value)
    {
        var low = 0;
        var high = ranked.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            var compared = JsonCollation.Compare(ranked[middle], value);
            if (compared == 0)
            {
                return;
            }

            if (compared < 0 == top)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        if (low < count)
        {
            ranked.Insert(low, value.ToArray());
            if (ranked.Count > count)
            {
                ranked.RemoveAt(count);
            }
        }
    }

    private static byte[] Write(List<byte[]> ranked)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write("["u8);
        for (var i = 0; i < ranked.Count; i++)
        {
            output.Write(i > 0 ? ","u8 : default);
            output.Write(ranked[i]);
        }

        output.Write("]"u8);
        return output.WrittenSpan.ToArray();
    }
}
