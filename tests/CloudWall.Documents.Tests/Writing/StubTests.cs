using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Writing;

/// <summary>Stubs keep what is there, or fail the whole request.</summary>
public sealed class StubTests
{
    [Fact]
    public async Task A_stub_keeps_the_attachment_of_the_parent()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc", attachments: await engine.AttachAsync("a", [1]));
        var second = await engine.PutAsync("doc", first, attachments: [Engine.Stub("a", 1), await engine.AttachAsync("b", [2])]);
        Assert.Equal([1], await engine.ReadAsync("doc", second, "a"));
        using (var stored = engine.Database.Read("doc", second)!)
        {
            Assert.Equal([("a", 1L), ("b", 2L)], stored.Attachments.Select(attachment => (attachment.Name, attachment.RevisionPosition)));
        }

        var third = await engine.PutAsync("doc", second, attachments: Engine.Stub("b"));
        await engine.Database.CompactAsync(CancellationToken.None);
        Assert.Equal([2], await engine.ReadAsync("doc", third, "b"));
        engine.Check();
    }

    /// <summary>Seen beside a CouchDB: of several stubs of nothing, that of the first document by id is named, not by place.</summary>
    [Theory]
    [InlineData(WriteMode.Interactive)]
    [InlineData(WriteMode.Replicated)]
    public async Task The_first_document_by_id_whose_stub_is_missing_is_named(WriteMode mode)
    {
        await using var engine = await Engine.CreateAsync();
        var parent = mode == WriteMode.Replicated ? RevisionId.Parse("1-aa") : default;
        var refused = await Assert.ThrowsAsync<DocumentException>(() => engine.WriteAsync(
            mode,
            Engine.Prepare("z", parent, attachments: Engine.Stub("x")),
            Engine.Prepare("b", parent, attachments: Engine.Stub("y"))));
        Assert.Equal("Invalid attachment stub in b for y", refused.Error.Reason);
    }

    [Theory]
    [InlineData("missing", null)]
    [InlineData("file", 2L)]
    public async Task A_stub_of_nothing_fails_the_whole_request_and_leaves_nothing(string name, long? position)
    {
        await using var engine = await Engine.CreateAsync();
        var revision = await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", [1]));
        var before = engine.Database.UpdateSequence;
        var refused = await Assert.ThrowsAsync<DocumentException>(() => engine.WriteAsync(
            WriteMode.Interactive,
            Engine.Prepare("a", default),
            Engine.Prepare("doc", revision, attachments: Engine.Stub(name, position)),
            Engine.Prepare("z", default, attachments: [])));
        Assert.Equal((412, "missing_stub"), (refused.Error.Status, refused.Error.Error));
        Assert.Equal($"Invalid attachment stub in doc for {name}", refused.Error.Reason);
        var large = await engine.AttachAsync("large", Engine.Bytes(300_000));
        await Assert.ThrowsAsync<DocumentException>(() => engine.WriteAsync(
            WriteMode.Interactive, Engine.Prepare("new", default, attachments: [large, Engine.Stub(name, position)])));
        Assert.Equal(before, engine.Database.UpdateSequence);
        Assert.Equal(["doc"], engine.Ids(new KeyRange()));
        engine.Check();
    }

    [Fact]
    public async Task A_conflict_is_a_conflict_though_it_has_stubs()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", [1]));
        await engine.PutAsync("doc", first);
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("doc", first, attachments: Engine.Stub("missing")));
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("doc", default, attachments: Engine.Stub("missing")));
        engine.Check();
    }

    [Fact]
    public async Task A_replicated_stub_keeps_what_the_nearest_stored_ancestor_has()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", ["2-bb", "1-aa"], "{}", false, await engine.AttachAsync("file", [1, 2], revisionPosition: 2));
        await engine.MergeAsync("doc", ["5-ee", "4-dd", "3-cc", "2-bb", "1-aa"], "{}", false, Engine.Stub("file", 2));
        Assert.Equal([1, 2], await engine.ReadAsync("doc", Engine.Rev("5-ee"), "file"));
        var refused = await Assert.ThrowsAsync<DocumentException>(
            () => engine.MergeAsync("doc", ["1-ff"], "{}", false, Engine.Stub("file")));
        Assert.Equal(412, refused.Error.Status);

        // What is known already succeeds, stub or not.
        await engine.MergeAsync("doc", ["5-ee", "4-dd"], "{}", false, Engine.Stub("nothing"));
        Assert.Equal(2, engine.Database.UpdateSequence);
        engine.Check();
    }

    [Fact]
    public async Task Names_of_attachments_are_given_once()
    {
        await using var engine = await Engine.CreateAsync();
        AttachmentWrite[] twice = [await engine.AttachAsync("a", Engine.Bytes(200_000)), await engine.AttachAsync("a", [2])];
        var refused = await Assert.ThrowsAsync<DocumentException>(
            () => engine.WriteAsync(WriteMode.Interactive, Engine.Prepare("doc", default, attachments: twice)));
        Assert.Equal((400, "Duplicate attachments"), (refused.Error.Status, refused.Error.Reason));
        engine.Check();
    }

    [Fact]
    public async Task A_stub_finds_what_a_write_of_the_same_batch_has_stored()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        var creation = engine.PutAsync("doc", attachments: await engine.AttachAsync("file", Engine.Bytes(300_000)));
        scheduler.Run();
        var first = await creation;
        var second = engine.PutAsync("doc", first, attachments: await engine.AttachAsync("file", Engine.Bytes(300_000, 1)));
        using var third = Engine.Prepare("doc", await NextAsync(first), attachments: Engine.Stub("file", 2));
        var thirds = engine.Database.WriteAsync([third], WriteMode.Interactive, CancellationToken.None);
        scheduler.Run();
        var outcomes = await thirds;
        Assert.Null(outcomes[0].Error);
        await second;
        Assert.Equal(Engine.Bytes(300_000, 1), await engine.ReadAsync("doc", outcomes[0].Revision, "file"));
        engine.Check();
    }

    [Fact]
    public async Task An_attachment_of_another_document_can_be_taken_over_while_it_is_there()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", Engine.Bytes(300_000)));
        using var stored = engine.Database.Read("doc", first)!;
        var copy = await engine.PutAsync("copy", attachments: AttachmentWrite.Of(stored.Attachments[0]));
        await engine.PutAsync("doc", first);
        await engine.Database.CompactAsync(CancellationToken.None);
        Assert.Equal(Engine.Bytes(300_000), await engine.ReadAsync("copy", copy, "file"));
        await engine.PutAsync("copy", copy, deleted: true);
        await engine.Database.CompactAsync(CancellationToken.None);
        await Assert.ThrowsAsync<DocumentException>(() => engine.PutAsync("late", attachments: AttachmentWrite.Of(stored.Attachments[0])));
        engine.Check();
    }

    private static async Task<RevisionId> NextAsync(RevisionId first)
    {
        await using var engine = await Engine.CreateAsync();
        Assert.Equal(first, await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", Engine.Bytes(300_000))));
        return await engine.PutAsync("doc", first, attachments: await engine.AttachAsync("file", Engine.Bytes(300_000, 1)));
    }
}
