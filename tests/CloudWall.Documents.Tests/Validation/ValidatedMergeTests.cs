using CloudWall.Documents.Databases;
using CloudWall.Documents.Validation;

namespace CloudWall.Documents.Tests.Validation;

/// <summary>Replicated revisions where there are functions to ask.</summary>
public sealed class ValidatedMergeTests
{
    /// <summary>
    /// Review, F11: a revision that is known from the history of a later one joins two pieces of a line that arrived apart.
    /// </summary>
    [Theory]
    [InlineData("5-ee 4-dd|3-cc 2-bb 1-aa|4-dd 3-cc", "5-ee 4-dd 3-cc 2-bb 1-aa")]
    [InlineData("5-ee 4-dd|3-cc 2-bb 1-aa|6-ff 5-ee 4-dd 3-cc", "6-ff 5-ee 4-dd 3-cc 2-bb 1-aa")]
    [InlineData("5-ee 4-dd|3-cc 2-bb 1-aa|4-dd 3-cc 2-bb 1-aa", "5-ee 4-dd 3-cc 2-bb 1-aa")]
    [InlineData("5-ee 4-dd|3-cc 2-bb 1-aa|5-ee 4-dd 3-cc", "5-ee 4-dd|3-cc 2-bb 1-aa")]
    public async Task Pieces_of_a_line_are_joined(string pieces, string lines)
    {
        await using var engine = await CreateAsync(new Recorder());
        foreach (var piece in pieces.Split('|'))
        {
            await engine.MergeAsync("doc", piece.Split(' '));
            engine.Check();
        }

        Assert.Equal(
            lines.Split('|').Order(),
            engine.Database.Find("doc")!.Tree.Leaves.Select(leaf => string.Join(' ', engine.PathOf("doc", leaf.Revision))).Order());
    }

    /// <summary>As CouchDB: what has a descendant in the same request is not a leaf, and passes for known.</summary>
    [Fact]
    public async Task Revisions_of_one_write_are_looked_at_together()
    {
        var asked = new Recorder();
        await using var engine = await CreateAsync(asked);
        await engine.MergeAsync("doc", ["1-aa"]);
        await engine.WriteAsync(
            WriteMode.Replicated,
            Engine.PrepareMerge("doc", ["2-bb", "1-aa"]),
            Engine.PrepareMerge("doc", ["1-aa"]),
            Engine.PrepareMerge("doc", ["3-cc", "2-bb"]),
            Engine.PrepareMerge("doc", ["2-dd", "1-aa"]));
        Assert.Equal(["1-aa", "3-cc", "2-dd"], asked.Updates.Select(update => update.Write.Document.Revisions![0].ToString()));
        Assert.Equal([null, "1-aa", "1-aa"], asked.Old);
        Assert.Equal(["3-cc", "2-dd"], engine.Leaves("doc"));
        engine.Check();
    }

    /// <summary>Review, attack 15: the record of a document with many leaves is read once for all of its writes.</summary>
    [Theory]
    [InlineData(WriteMode.Interactive)]
    [InlineData(WriteMode.Replicated)]
    public async Task A_document_is_looked_up_once_for_all_its_writes(WriteMode mode)
    {
        var asked = new Recorder();
        await using var engine = await CreateAsync(asked);
        for (var i = 0; i < 5; i++)
        {
            await engine.MergeAsync("doc", [$"2-{i:x2}", "1-aa"]);
        }

        asked.Updates.Clear();
        var leaves = engine.Database.Find("doc")!.Tree.Leaves;
        await engine.WriteAsync(
            mode,
            [.. leaves.Select(leaf => mode == WriteMode.Interactive
                ? Engine.Prepare("doc", leaf.Revision)
                : Engine.PrepareMerge("doc", ["3-f" + leaf.Revision.ToString()[2..], leaf.Revision.ToString()]))]);
        Assert.Equal(5, asked.Updates.Count);
        Assert.Single(asked.Updates.Select(update => update.Old).Distinct());
        Assert.Equal(leaves.Select(leaf => leaf.Revision), asked.Updates.Select(update => update.OldRevision));
        engine.Check();
    }

    /// <summary>The nearest stored ancestor may be in a page of older ones.</summary>
    [Fact]
    public async Task An_ancestor_far_back_is_compared_with()
    {
        var asked = new Recorder();
        await using var engine = await CreateAsync(asked);
        await engine.MergeAsync("doc", ["1-0001"]);
        await engine.MergeAsync("doc", [.. Enumerable.Range(1, 60).Reverse().Select(i => $"{i}-{i:x4}")]);
        Assert.True(engine.Database.Find("doc")!.Tree.TailCount > 0);
        await engine.MergeAsync("doc", ["61-ff", "60-003c"]);
        await engine.MergeAsync("doc", ["3-ff", "2-0002"]);
        Assert.Equal([null, "1-0001", "60-003c", "1-0001"], asked.Old);
        engine.Check();
    }

    private static Task<Engine> CreateAsync(UpdateValidator validator) =>
        Engine.CreateAsync(new EngineOptions { LoadValidator = _ => validator });

    private sealed class Recorder : UpdateValidator
    {
        public List<ProposedUpdate> Updates { get; } = [];

        /// <summary>The revisions that were compared with; null for none.</summary>
        public IEnumerable<string?> Old => Updates.Select(update => update.Old is null ? null : update.OldRevision.ToString());

        public override Task<DocumentError?[]> ValidateAsync(
            Database database, IReadOnlyList<ProposedUpdate> updates, ReadOnlyMemory<byte> userContext, CancellationToken cancellation)
        {
            Updates.AddRange(updates);
            return Task.FromResult(new DocumentError?[updates.Count]);
        }
    }
}
