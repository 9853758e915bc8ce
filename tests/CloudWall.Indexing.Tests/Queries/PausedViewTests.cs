using System.Text;
using CloudWall.Documents;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Tests.Queries;

public sealed class PausedViewTests
{
    private static readonly IndexDefinition Definition = new("00112233445566778899aabbccddeeff", [new ViewDefinition(["_count"])]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_that_pauses_goes_on_from_where_it_was_in_what_is_there_then(bool descending)
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Enumerable.Range(0, 100).Select(static n => ($"d{n:d2}", $"{{\"rows\":[[0,{n},1]]}}")));
        await indexed.UpdateAsync();
        using var snapshot = indexed.Index.Read(0);
        using var rows = snapshot.ReadRows(new ViewQuery { Descending = descending });
        var seen = new List<string>();
        while (rows.MoveNext())
        {
            seen.Add(Encoding.UTF8.GetString(rows.Id));
            if (seen.Count == 50)
            {
                snapshot.Pause();
                await indexed.PutAsync(seen[^1], "{}");
                await indexed.PutAsync("d98", "{}");
                await indexed.PutAsync("d01", "{}");
                await indexed.UpdateAsync();
            }
        }

        var expected = Enumerable.Range(0, 100).Where(n => n != (descending ? 1 : 98)).Select(static n => $"d{n:d2}");
        Assert.Equal(descending ? expected.Reverse() : expected, seen);
    }

    [Fact]
    public async Task A_reader_sees_what_was_there_when_it_was_opened_whoever_reads_beside_it()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Enumerable.Range(0, 3000).Select(static n => ($"d{n:d4}", $"{{\"rows\":[[0,{n},1]]}}")));
        await indexed.UpdateAsync();
        using var before = indexed.Index.Read(0);
        await indexed.PutAsync("d1500", "{}");
        await indexed.PutAsync("x", "{\"rows\":[[0,0,1],[0,1600,1]]}");
        await indexed.UpdateAsync();
        for (var times = 0; times < 4; times++)
        {
            Assert.Equal((2000, "d2000"), First(before));
            using var now = indexed.Index.Read(0);
            Assert.Equal((2001, "d2000"), First(now));
        }

        static (long Offset, string Id) First(ViewSnapshot snapshot)
        {
            using var rows = snapshot.ReadRows(new ViewQuery { StartKey = "2000"u8.ToArray(), Limit = 50 });
            Assert.True(rows.MoveNext());
            return (rows.Offset, Encoding.UTF8.GetString(rows.Id));
        }
    }

    [Fact]
    public async Task A_reader_whose_index_is_removed_while_it_pauses_is_told_so()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Enumerable.Range(0, 100).Select(static n => ($"d{n}", $"{{\"rows\":[[0,{n},1]]}}")));
        await indexed.UpdateAsync();
        var index = indexed.Index;
        using var snapshot = index.Read(0);
        using var rows = snapshot.ReadRows(new ViewQuery());
        Assert.True(rows.MoveNext());
        snapshot.Pause();
        await indexed.Indexes.RemoveAsync(indexed.Database.Incarnation, Definition.Signature);
        Assert.Throws<DocumentException>(() => rows.MoveNext());
        Assert.Throws<DocumentException>(() => index.Read(0));
        Assert.False(await index.UpdateAsync(CancellationToken.None));
        await indexed.UpdateAsync();
        Assert.Equal(100, indexed.Rows().Count);
    }
}
