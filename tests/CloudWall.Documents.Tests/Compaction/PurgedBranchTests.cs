using CloudWall.Documents.Tests.Databases;
using CloudWall.Model;

namespace CloudWall.Documents.Tests.Compaction;

/// <summary>What a purged branch had in common with another was kept for its sake.</summary>
public sealed class PurgedBranchTests
{
    [Fact]
    public async Task Compaction_forgets_history_that_only_a_purged_branch_kept()
    {
        await using var target = await EngineTarget.CreateAsync();
        Rev[] main = [Revision(4, 'd'), Revision(3, 'c'), Revision(2, 'b'), Revision(1, 'a')];
        Rev[] branch = [Revision(2, 'e'), Revision(1, 'a')];
        var body = new ModelBody(1, new Dictionary<string, string>());
        await target.MergeAsync("a", main, deleted: false, body);
        await target.MergeAsync("a", branch, deleted: false, body);
        await target.SetRevsLimitAsync(3);
        await target.CompactAsync();
        Assert.Equal(main, (await target.ReadLeavesAsync("a"))[0].Path);

        await target.PurgeAsync("a", [branch[0]]);
        await target.CompactAsync();

        Assert.Equal(main[..3], Assert.Single(await target.ReadLeavesAsync("a")).Path);
        target.Check();
    }

    private static Rev Revision(int generation, char digit) => new(generation, new string(digit, 32));
}
