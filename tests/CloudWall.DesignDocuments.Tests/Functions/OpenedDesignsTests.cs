using System.Text;
using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;

namespace CloudWall.DesignDocuments.Tests.Functions;

/// <summary>Design documents are opened once, and again when one of them has changed.</summary>
public sealed class OpenedDesignsTests
{
    [Fact]
    public async Task A_design_document_is_opened_again_when_it_has_changed()
    {
        await using var designed = await DesignedDatabase.CreateAsync();
        var designs = new OpenedDesigns(designed.Scripts);
        var first = (await designed.PutAsync("_design/app", Shows("one"))).Revision;
        var opened = designs.Open(designed.Database, "app");
        await designed.PutAsync("other", "{}");
        Assert.Same(opened, designs.Open(designed.Database, "app"));
        Assert.Equal((first.ToString(), "one"), (opened.ETag, await ShowAsync(opened)));

        var second = (await designed.PutAsync("_design/app", $$"""{"_rev":"{{first}}",{{Shows("two")[1..]}}""")).Revision;
        opened = designs.Open(designed.Database, "app");
        Assert.Equal((second.ToString(), "two"), (opened.ETag, await ShowAsync(opened)));
        designs.Require(designed.Database, "app");

        Assert.True((await designed.PutAsync("_design/app", $$"""{"_rev":"{{second}}","_deleted":true}""")).IsSuccess);
        Assert.Same(DocumentError.Deleted, Assert.Throws<DocumentException>(() => designs.Open(designed.Database, "app")).Error);
        Assert.Same(DocumentError.Deleted, Assert.Throws<DocumentException>(() => designs.Require(designed.Database, "app")).Error);
    }

    [Fact]
    public async Task What_is_not_there_is_looked_for_again()
    {
        await using var designed = await DesignedDatabase.CreateAsync();
        var designs = new OpenedDesigns(designed.Scripts);
        Assert.Same(DocumentError.Missing, Assert.Throws<DocumentException>(() => designs.Require(designed.Database, "app")).Error);
        Assert.Same(DocumentError.Missing, Assert.Throws<DocumentException>(() => designs.Open(designed.Database, "app")).Error);
        await designed.PutAsync("_design/app", Shows("one"));
        designs.Require(designed.Database, "app");
        Assert.Equal("one", await ShowAsync(designs.Open(designed.Database, "app")));
    }

    [Fact]
    public async Task Large_ones_and_those_of_a_database_that_is_gone_are_not_kept()
    {
        await using var designed = await DesignedDatabase.CreateAsync();
        var designs = new OpenedDesigns(designed.Scripts);
        await designed.PutAsync("_design/app", Shows("one"));
        await designed.PutAsync("_design/large", $$"""{"more":"{{new string('x', 100_000)}}",{{Shows("large")[1..]}}""");
        Assert.Equal("large", await ShowAsync(designs.Open(designed.Database, "large")));
        Assert.NotSame(designs.Open(designed.Database, "large"), designs.Open(designed.Database, "large"));

        var opened = designs.Open(designed.Database, "app");
        Assert.Same(opened, designs.Open(designed.Database, "app"));
        designs.Drop(designed.Database);
        Assert.NotSame(opened, designs.Open(designed.Database, "app"));
    }

    private static string Shows(string answer) => $$$"""{"shows":{"s":"function() { return '{{{answer}}}'; }"}}""";

    /// <summary>What the show function answers.</summary>
    private static async Task<string> ShowAsync(DesignCalls calls)
    {
        var answer = await calls.CallAsync(
            static functions => functions.Show("s", default, Encoding.UTF8.GetBytes("""{"path":[]}""")), CancellationToken.None);
        return Encoding.UTF8.GetString(answer.Span)["""{"body":" """.TrimEnd().Length..^2];
    }
}
