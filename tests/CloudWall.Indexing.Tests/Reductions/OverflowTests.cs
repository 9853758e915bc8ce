using CloudWall.Indexing.Building;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Tests.Reductions;

/// <summary>Review, F1: a reduction that does not shrink took all views of its design document down.</summary>
public sealed class OverflowTests
{
    private const string Overflow = "overflow: more than 300";

    private static readonly IndexDefinition Definition =
        new("00112233445566778899aabbccddeeff", [new ViewDefinition(["_count", ListedRows.Joined]), new ViewDefinition(["_count"])]);

    private static readonly ViewQuery ByKey = new() { GroupLevel = ViewQuery.GroupExactly };

    /// <summary>Few rows have no nodes over them, many have, and more yet are written without and get them in the end.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(500)]
    [InlineData(4000)]
    public async Task A_reduction_that_does_not_shrink_costs_the_row_concerned(int big)
    {
        await using var indexed = await IndexedDatabase.CreateAsync(Definition, options: new IndexingOptions { NewSeed = static () => 7 });
        await indexed.PutAllAsync(Enumerable.Range(0, big).Select(static n => ($"doc-{n:D5}", Body("big", new string('b', 70)))));
        await indexed.PutAllAsync([("mid-1", Body("mid", "m")), ("mid-2", Body("mid", "n")), ("small", Body("small", "s"))]);
        await indexed.UpdateAsync();

        Assert.Equal([$"\"big\" {Overflow}", "\"mid\" \"mn\"", "\"small\" \"s\""], indexed.Reduced(0, 1, ByKey));
        Assert.Equal(["\"small\" \"s\"", "\"mid\" \"nm\""], indexed.Reduced(0, 1, ByKey with { Descending = true, Limit = 2 }));
        Assert.Equal([$"null {Overflow}"], indexed.Reduced(0, 1));
        Assert.Equal(["null \"mns\""], indexed.Reduced(0, 1, new ViewQuery { StartKey = "\"c\""u8.ToArray() }));
        Assert.Equal([$"\"big\" {big}", "\"mid\" 2", "\"small\" 1"], indexed.Reduced(0, 0, ByKey));
        Assert.Equal(big + 3, indexed.Rows().Count);
        Assert.Equal([$"null {big + 3}"], indexed.Reduced(1, 0));

        // One row alone is too much, and then no longer.
        await indexed.PutAsync("mid-1", Body("mid", new string('m', 301)));
        await indexed.UpdateAsync();
        Assert.Equal([$"\"big\" {Overflow}", $"\"mid\" {Overflow}", "\"small\" \"s\""], indexed.Reduced(0, 1, ByKey));
        await indexed.PutAsync("mid-1", Body("mid", "o"));
        await indexed.PutAllAsync(Enumerable.Range(2, big - 2).Select(static n => ($"doc-{n:D5}", "{}")));
        await indexed.UpdateAsync();
        Assert.Equal([$"\"big\" \"{new string('b', 140)}\"", "\"mid\" \"on\"", "\"small\" \"s\""], indexed.Reduced(0, 1, ByKey));
        Assert.Equal([$"null \"{new string('b', 140)}ons\""], indexed.Reduced(0, 1));
    }

    private static string Body(string key, string value) => $"{{\"rows\":[[0,\"{key}\",\"{value}\"],[1,\"{key}\",1]]}}";
}
