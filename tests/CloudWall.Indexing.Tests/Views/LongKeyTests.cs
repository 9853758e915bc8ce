using System.Text;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Tests.Views;

/// <summary>Keys of views that are very long: how much of the store they take, and that it gets it back.</summary>
public sealed class LongKeyTests
{
    private const int Megabyte = 1 << 20;
    private const int Documents = 20;

    private static readonly IndexDefinition Definition = new("00112233445566778899aabbccddeeff", [new ViewDefinition(["_count"])]);

    private static readonly string Key = $"\"{new string('k', Megabyte)}\"";

    [Fact]
    public async Task A_row_with_a_long_key_carries_it_once()
    {
        await using var indexed = await BuiltAsync();
        var (longestKey, bytes) = Weigh(indexed);
        Assert.InRange(longestKey, LongKeys.Kept, 2 * LongKeys.Kept);
        Assert.InRange(bytes, Documents * Megabyte, (Documents + 2) * Megabyte);
    }

    [Fact]
    public async Task A_row_with_a_long_key_is_found_by_it()
    {
        await using var indexed = await BuiltAsync();
        ReadOnlyMemory<byte> key = Encoding.UTF8.GetBytes(Key);
        Assert.Equal([$"{Key} {Documents}"], indexed.Reduced(0, 0, new ViewQuery { Keys = [key], GroupLevel = ViewQuery.GroupExactly }));
        Assert.Equal(Documents, indexed.Rows(query: new ViewQuery { StartKey = key, EndKey = key, Descending = true }).Count);
        ReadOnlyMemory<byte> next = Encoding.UTF8.GetBytes(Key[..^1] + "k\"");
        Assert.Empty(indexed.Rows(query: new ViewQuery { StartKey = next }));
        Assert.Equal(Documents, indexed.Rows(query: new ViewQuery { EndKey = next }).Count);
    }

    [Fact]
    public async Task A_long_key_goes_with_its_last_row()
    {
        await using var indexed = await BuiltAsync();
        for (var i = 1; i < Documents; i++)
        {
            await indexed.PutAsync($"d{i}", "{}");
        }

        await indexed.UpdateAsync();
        Assert.InRange(Weigh(indexed).Bytes, 2 * Megabyte, 3 * Megabyte);
        await indexed.PutAsync("d0", "{}", deleted: true);
        await indexed.UpdateAsync();
        Assert.InRange(Weigh(indexed).Bytes, 0, 10_000);
    }

    private static async Task<IndexedDatabase> BuiltAsync()
    {
        var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Enumerable.Range(0, Documents).Select(static i => ($"d{i}", $"{{\"rows\":[[0,{Key},1]]}}")));
        await indexed.UpdateAsync();
        return indexed;
    }

    private static (int LongestKey, long Bytes) Weigh(IndexedDatabase indexed)
    {
        var (longest, bytes) = (0, 0L);
        using var all = indexed.Derived.Scan(IndexKeys.Space, IndexKeys.Index(1), IndexKeys.Index(2));
        while (all.MoveNext())
        {
            longest = Math.Max(longest, all.Key.Length);
            bytes += all.Key.Length + all.Value.Length;
        }

        return (longest, bytes);
    }
}
