using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Collation;

namespace CloudWall.Indexing.Tests.Collation;

/// <summary>Keys in the order in which views of a CouchDB 3.5.0 (ICU 72) had them; <c>equal</c> where they were grouped with the one before.</summary>
public sealed class RecordedOrderTests
{
    [Theory]
    [InlineData("strings.jsonl", CollationOrder.Unicode, 2000)]
    [InlineData("mixed.jsonl", CollationOrder.Unicode, 500)]
    [InlineData("raw-mixed.jsonl", CollationOrder.Raw, 500)]
    public void Keys_have_the_order_of_a_recorded_view(string file, CollationOrder order, int atLeast)
    {
        byte[]? last = null;
        byte[]? lastSortKey = null;
        var count = 0;
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Collation", file)))
        {
            using var row = JsonDocument.Parse(line);
            var key = Normalize(row.RootElement.GetProperty("key").GetRawText());
            var sortKey = Encode(key, order);
            if (last is not null)
            {
                var expected = row.RootElement.TryGetProperty("equal", out var equal) && equal.GetBoolean() ? 0 : -1;
                Assert.True(
                    expected == Math.Sign(JsonCollation.Compare(last, key, order)), $"{Encoding.UTF8.GetString(last)} {expected} {line}");
                Assert.True(expected == Math.Sign(JsonCollation.Compare(key, last, order)) * -1, line);
                Assert.True(
                    expected == Math.Sign(lastSortKey.AsSpan().SequenceCompareTo(sortKey)), $"{Encoding.UTF8.GetString(last)} {expected} {line}");
            }

            last = key;
            lastSortKey = sortKey;
            count++;
        }

        Assert.True(count >= atLeast);
    }

    internal static byte[] Normalize(string json)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonNormalForm.Write(Encoding.UTF8.GetBytes(json), output);
        return output.WrittenSpan.ToArray();
    }

    internal static byte[] Encode(byte[] json, CollationOrder order)
    {
        var output = new ArrayBufferWriter<byte>();
        SortKey.Write(json, order, output);
        return output.WrittenSpan.ToArray();
    }
}
