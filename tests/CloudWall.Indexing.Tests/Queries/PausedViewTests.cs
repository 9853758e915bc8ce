using System.Globalization;
using System.Text;
using CloudWall.Documents;
using CloudWall.Indexing.Building;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_are_not_copied_to_be_weighed(bool descending)
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        var value = new string('x', 1_000_000);
        await indexed.PutAsync("a", $"{{\"rows\":[[0,1,\"{value}\"]]}}");
        await indexed.PutAsync("b", $"{{\"rows\":[[0,2,\"{value}1\"],[0,2,\"{value}2\"]]}}");
        await indexed.UpdateAsync();
        using var snapshot = indexed.Index.Read(0);
        using var rows = snapshot.ReadRows(new ViewQuery { Descending = descending });
        var before = GC.GetAllocatedBytesForCurrentThread();
        var seen = new List<char>();
        for (var times = 0; rows.MoveNext(); times++)
        {
            Assert.True(rows.Length > value.Length);
            if (times % 2 == 0)
            {
                rows.PutBack();
                snapshot.Pause();
                continue;
            }

            seen.Add((char)rows.Value[^2]);
            rows.Drop();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
        Assert.Equal(descending ? "12x" : "x12", string.Concat(seen));
    }

    [Fact]
    public async Task Among_rows_of_one_document_with_the_same_key_a_reader_backwards_goes_on_where_it_was()
    {
        for (var pauseAfter = 1; pauseAfter <= 8; pauseAfter++)
        {
            foreach (var removed in (string[])["", "a", "b", "c"])
            {
                await using var indexed = await IndexedDatabase.CreateAsync(Definition);
                foreach (var id in (string[])["a", "b", "c"])
                {
                    await indexed.PutAsync(id, "{\"rows\":[[0,1,1],[0,1,2],[0,1,3]]}");
                }

                await indexed.UpdateAsync();
                using var snapshot = indexed.Index.Read(0);
                using var rows = snapshot.ReadRows(new ViewQuery { Descending = true });
                var seen = new List<string>();
                var expected = new List<string>(["c1", "c2", "c3", "b1", "b2", "b3", "a1", "a2", "a3"]);
                while (rows.MoveNext())
                {
                    seen.Add(Encoding.UTF8.GetString(rows.Id) + Encoding.UTF8.GetString(rows.Value));
                    if (seen.Count == pauseAfter)
                    {
                        snapshot.Pause();
                        if (removed.Length > 0)
                        {
                            await indexed.PutAsync(removed, "{}");
                            await indexed.UpdateAsync();
                            var given = expected[..pauseAfter];
                            expected = [.. given, .. expected[pauseAfter..].Where(row => row[..1] != removed)];
                        }
                    }
                }

                Assert.Equal(expected, seen);
            }
        }
    }

    [Fact]
    public async Task A_reader_that_pauses_before_its_first_row_begins_where_it_was_to()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Enumerable.Range(0, 10).Select(static n => ($"d{n}", $"{{\"rows\":[[0,{n},1]]}}")));
        await indexed.UpdateAsync();
        using var snapshot = indexed.Index.Read(0);
        using var rows = snapshot.ReadRows(new ViewQuery { StartKey = "5"u8.ToArray() });
        snapshot.Pause();
        Assert.True(rows.MoveNext());
        Assert.Equal("d5", Encoding.UTF8.GetString(rows.Id));
    }

    [Theory]
    [InlineData(false, long.MaxValue)]
    [InlineData(true, long.MaxValue)]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    public async Task Groups_that_are_put_back_come_again(bool descending, long announcedAbove)
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        await indexed.PutAllAsync(Enumerable.Range(0, 300).Select(static n => ($"d{n:d3}", $"{{\"rows\":[[0,{n / 2},1]]}}")));
        await indexed.UpdateAsync();
        using var snapshot = indexed.Index.Read(0);
        var query = new ViewQuery { GroupLevel = ViewQuery.GroupExactly, Descending = descending, Skip = 3, Limit = 100 };
        using var rows = snapshot.ReadReduced(0, query, CancellationToken.None, announcedAbove);
        var seen = new List<int>();
        for (var times = 0; rows.MoveNext(); times++)
        {
            if (rows.IsWaiting)
            {
                snapshot.Pause();
                Assert.True(rows.MoveNext());
                Assert.False(rows.IsWaiting);
            }

            if (times % 7 == 3)
            {
                rows.PutBack();
                snapshot.Pause();
                continue;
            }

            Assert.Equal("2", Encoding.UTF8.GetString(rows.Value));
            seen.Add(int.Parse(rows.Key, CultureInfo.InvariantCulture));
        }

        var all = Enumerable.Range(0, 150);
        Assert.Equal((descending ? all.Reverse() : all).Skip(3).Take(100), seen);
    }

    [Fact]
    public async Task Of_large_groups_few_are_held_at_a_time()
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        var text = new string('x', 500_000);
        for (var n = 0; n < 30; n++)
        {
            await indexed.PutAsync($"d{n:d2}", $"{{\"rows\":[[0,\"{n:d2}{text}\",1]]}}");
        }

        await indexed.UpdateAsync();
        using var snapshot = indexed.Index.Read(0);
        using var rows = snapshot.ReadReduced(0, new ViewQuery { GroupLevel = ViewQuery.GroupExactly }, CancellationToken.None);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(rows.MoveNext());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000_000);
        var count = 1;
        while (rows.MoveNext())
        {
            count++;
        }

        Assert.Equal(30, count);
    }

    /// <summary>A hundred readers of such groups that waited for room held a copy each.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_group_is_announced_before_it_is_copied(bool descending)
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition);
        var text = new string('x', 5_000_000);
        await indexed.PutAsync("d", $"{{\"rows\":[[0,\"{text}\",1]]}}");
        await indexed.UpdateAsync();
        using var snapshot = indexed.Index.Read(0);
        var query = new ViewQuery { GroupLevel = ViewQuery.GroupExactly, Descending = descending };
        using var rows = snapshot.ReadReduced(0, query, CancellationToken.None, announcedAbove: 64 << 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(rows.MoveNext());
        Assert.True(rows.IsWaiting);
        Assert.InRange(rows.Length, 5_000_000, 6_000_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        snapshot.Pause();
        Assert.True(rows.MoveNext());
        Assert.False(rows.IsWaiting);
        Assert.Equal(text.Length + 2, rows.Key.Length);
        Assert.False(rows.MoveNext());
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

    [Theory]
    [InlineData(0)]
    [InlineData(20 << 10)]
    [InlineData(16 << 20)]
    public async Task Readers_beside_one_another_and_a_build_each_see_one_moment(long cacheBytes)
    {
        await using var indexed = await IndexedDatabase.CreateAsync(
            Definition, options: new IndexingOptions { NewSeed = static () => 7, CacheBytes = cacheBytes });
        await indexed.PutAllAsync(Enumerable.Range(0, 1500).Select(static n => ($"d{n:d4}", $"{{\"rows\":[[0,{n},1]]}}")));
        await indexed.UpdateAsync();
        var index = indexed.Index;
        var left = 4;
        var readers = Enumerable.Range(0, left).Select(reader => Task.Run(() =>
        {
            var random = new Random(reader);
            for (var times = 0; times < 300; times++)
            {
                using var snapshot = index.Read(0);
                Compare(snapshot, random.Next(8) * 200);
            }

            Interlocked.Decrement(ref left);
        })).ToList();
        for (var edit = 0; Volatile.Read(ref left) > 0; edit++)
        {
            await indexed.PutAsync($"d{edit * 7 % 1500:d4}", $"{{\"rows\":[[0,{edit * 13 % 1600},1],[0,{edit * 17 % 1600},1]]}}");
            await indexed.UpdateAsync();
        }

        await Task.WhenAll(readers);

        static void Compare(ViewSnapshot snapshot, int from)
        {
            var start = Encoding.UTF8.GetBytes($"{from}");
            using var all = snapshot.ReadRows(new ViewQuery());
            var expected = new List<string>();
            var before = 0L;
            while (all.MoveNext())
            {
                if (int.Parse(all.Key, CultureInfo.InvariantCulture) < from)
                {
                    before++;
                }
                else if (expected.Count < 100)
                {
                    expected.Add(Encoding.UTF8.GetString(all.Id));
                }
            }

            using var rows = snapshot.ReadRows(new ViewQuery { StartKey = start, Limit = 100 });
            Assert.Equal(before, rows.Offset);
            foreach (var id in expected)
            {
                Assert.True(rows.MoveNext());
                Assert.Equal(id, Encoding.UTF8.GetString(rows.Id));
            }

            using var reduced = snapshot.ReadReduced(0, new ViewQuery { StartKey = start }, CancellationToken.None);
            Assert.Equal(snapshot.TotalRows > before, reduced.MoveNext());
            Assert.Equal($"{snapshot.TotalRows - before}", Encoding.UTF8.GetString(reduced.Value));
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
