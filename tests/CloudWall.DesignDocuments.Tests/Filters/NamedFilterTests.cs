using System.Text;
using CloudWall.DesignDocuments.Filters;
using CloudWall.Documents;
using CloudWall.Documents.Changes;

namespace CloudWall.DesignDocuments.Tests.Filters;

public sealed class NamedFilterTests
{
    private const string Design = """
        {"filters":{"even":"function(doc, req) { return doc.n % 2 === 0 && req.query.on === 'yes'; }"},
         "views":{"large":{"map":"function(doc) { if (doc.n > 2) { emit(doc.n); } }"}}}
        """;

    private static readonly byte[] Request = "{\"query\":{\"on\":\"yes\"}}"u8.ToArray();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_function_lets_documents_pass()
    {
        await using var designed = await CreateAsync();
        var filter = NamedFilter.Function(designed.Scripts, designed.Database, "d", "even", static () => Request);
        Assert.Equal(["0", "2", "4"], await PassedAsync(designed, filter));
    }

    [Fact]
    public async Task A_view_lets_the_documents_pass_that_it_has_rows_of()
    {
        await using var designed = await CreateAsync();
        Assert.Equal(["3", "4"], await PassedAsync(designed, NamedFilter.View(designed.Scripts, designed.Database, "d", "large")));
    }

    [Theory]
    [InlineData("d", "missing json key: odd")]
    [InlineData("other", "missing")]
    public async Task What_is_not_there_is_refused(string design, string reason)
    {
        await using var designed = await CreateAsync();
        var refusal = Assert.Throws<DocumentException>(
            () => NamedFilter.Function(designed.Scripts, designed.Database, design, "odd", static () => Request));
        Assert.Equal((404, reason), (refusal.Error.Status, refusal.Error.Reason));
    }

    [Theory]
    [InlineData("d/even", true)]
    [InlineData("/d//even/", true)]
    [InlineData("d", false)]
    [InlineData("d/e/f", false)]
    public void A_name_has_two_parts(string text, bool isName) => Assert.Equal(isName ? ("d", "even") : null, NamedFilter.Split(text));

    private static async Task<DesignedDatabase> CreateAsync()
    {
        var designed = await DesignedDatabase.CreateAsync();
        Assert.Null((await designed.PutAsync("_design/d", Design)).Error);
        for (var n = 0; n < 5; n++)
        {
            Assert.Null((await designed.PutAsync($"{n}", $$"""{"n":{{n}}}""")).Error);
        }

        return designed;
    }

    private static async Task<List<string>> PassedAsync(DesignedDatabase designed, ChangeFilter filter)
    {
        using var batch = new ChangeBatch(designed.Database, allLeaves: true);
        using var cursor = designed.Database.ReadChanges(0);
        while (cursor.MoveNext())
        {
            batch.Add(cursor);
        }

        await filter.DecideAsync(batch, Cancellation);
        return [.. batch.Rows.Where(static row => row.Leaves.Count > 0).Select(static row => Encoding.UTF8.GetString(row.Id))];
    }
}
