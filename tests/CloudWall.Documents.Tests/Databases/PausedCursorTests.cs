using System.Globalization;
using System.Text;
using CloudWall.Documents.Databases;
using CsCheck;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>A walk that lets go of the store for a while goes on where it was.</summary>
public sealed class PausedCursorTests
{
    [Fact]
    public async Task Pauses_change_nothing_of_what_a_walk_meets()
    {
        await using var engine = await Engine.CreateAsync();
        for (var i = 0; i < 50; i++)
        {
            await engine.PutAsync(Id(i), body: $$"""{"i":{{i}}}""");
        }

        Gen.Select(Gen.Bool, Gen.Bool.Array[50], Gen.Int[0, 60], Gen.Int[0, 60]).Sample((descending, pauses, start, end) =>
        {
            var range = new KeyRange(Id(start), Id(end), descending);
            var expected = engine.Ids(range);
            var met = new List<string>();
            using var cursor = engine.Database.Scan(range);
            while (cursor.MoveNext())
            {
                met.Add(Encoding.UTF8.GetString(cursor.Id));
                using (var stored = cursor.ReadWinner())
                {
                    Assert.Contains($$"""{"i":{{int.Parse(met[^1], CultureInfo.InvariantCulture)}}}""", Encoding.UTF8.GetString(stored!.Body.Span), StringComparison.Ordinal);
                }

                if (pauses[met.Count - 1])
                {
                    cursor.Pause();
                }
            }

            cursor.Pause();
            Assert.False(cursor.MoveNext());
            Assert.Equal(expected, met);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pauses_change_nothing_of_what_a_feed_shows(bool descending)
    {
        await using var engine = await Engine.CreateAsync();
        for (var i = 0; i < 50; i++)
        {
            await engine.PutAsync(Id(i));
        }

        var expected = engine.Changes(10, descending);
        var shown = new List<(long, string)>();
        using var cursor = engine.Database.ReadChanges(10, descending);
        while (cursor.MoveNext())
        {
            shown.Add((cursor.Sequence, Encoding.UTF8.GetString(cursor.Id)));
            cursor.Pause();
            if (shown.Count == 5)
            {
                // It is met later, backwards too: the walk cannot tell where it was before.
                await engine.PutAsync("later");
            }
        }

        Assert.Equal([.. expected, (51L, "later")], shown);
    }

    private static string Id(int number) => number.ToString("D2", CultureInfo.InvariantCulture);
}
