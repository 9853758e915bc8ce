using CloudWall.Documents;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Tests.Building;

/// <summary>A few documents may take too long; a function that often does fails the build, at the same document however it is built.</summary>
public sealed class OverrunLimitTests
{
    private static readonly IndexDefinition Definition = new(
        "0123456789abcdef0123456789abcdef", [new ViewDefinition([], CollationOrder.Unicode)], IncludeDesign: false, LocalSequence: false);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(500)]
    public async Task A_few_documents_have_no_rows(int batch)
    {
        await using var database = await CreateAsync(batch);
        await database.PutAllAsync(Documents(20, 2, 3, 9));
        await database.UpdateAsync();
        Assert.Equal(17, database.Rows().Count);
        await database.ReopenAsync();

        // What there was too little time for in one build counts in the next.
        await database.PutAsync("x", """{"late":1}""");
        for (var tries = 0; tries < 2; tries++)
        {
            await FailsAsync(database);
            await database.ReopenAsync();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public async Task A_function_that_often_runs_out_of_time_fails_the_build(int batch)
    {
        await using var database = await CreateAsync(batch);
        await database.PutAllAsync(Documents(2000, Enumerable.Range(0, 2000).ToArray()));
        for (var tries = 0; tries < 3; tries++)
        {
            await FailsAsync(database);
            await database.ReopenAsync();
        }

        Assert.InRange(database.Functions.Mapped, 4, 100);
    }

    [Theory]
    [InlineData(1012, 7)]
    [InlineData(1012, 500)]
    [InlineData(1013, 7)]
    [InlineData(1013, 500)]
    public async Task Other_documents_make_up_for_it(int fourth, int batch)
    {
        await using var database = await CreateAsync(batch);
        await database.PutAllAsync(Documents(1500, 10, 20, 30, fourth));
        if (fourth == 1012)
        {
            await FailsAsync(database);
            return;
        }

        await database.UpdateAsync();
        Assert.Equal(1496, database.Rows().Count);
    }

    private static Task<IndexedDatabase> CreateAsync(int batch) =>
        IndexedDatabase.CreateAsync(Definition, options: new IndexingOptions { NewSeed = static () => 7, BatchDocuments = batch });

    private static async Task FailsAsync(IndexedDatabase database)
    {
        var failure = await Assert.ThrowsAsync<DocumentException>(database.UpdateAsync);
        Assert.Equal((500, "os_process_error"), (failure.Error.Status, failure.Error.Error));
    }

    private static IEnumerable<(string Id, string Body)> Documents(int count, params int[] late) =>
        Enumerable.Range(0, count).Select(n => ($"{n:0000}", late.Contains(n) ? """{"late":1}""" : """{"rows":[[0,1,2]]}"""));
}
