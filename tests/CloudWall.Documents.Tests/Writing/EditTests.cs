using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CsCheck;

namespace CloudWall.Documents.Tests.Writing;

/// <summary>Edits follow the rules of CouchDB's updater.</summary>
public sealed class EditTests
{
    [Fact]
    public async Task A_document_is_created_edited_deleted_and_created_anew()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc", body: "{\"v\":1}");
        var second = await engine.PutAsync("doc", first, "{\"v\":2}");
        Assert.Equal((1L, 2L), (first.Generation, second.Generation));
        Assert.Equal("{\"v\":2}", engine.Body("doc", second));
        Assert.Equal("{\"v\":1}", engine.Body("doc", first));
        var deletion = await engine.PutAsync("doc", second, deleted: true);
        Assert.True(engine.Database.Find("doc")!.Deleted);
        Assert.Equal((0L, 1L), (engine.Database.ReadInfo().DocumentCount, engine.Database.ReadInfo().DeletedCount));
        var anew = await engine.PutAsync("doc");
        Assert.Equal([anew, deletion, second, first], engine.PathOf("doc", anew).Select(Engine.Rev));
        Assert.Equal((1L, 0L), (engine.Database.ReadInfo().DocumentCount, engine.Database.ReadInfo().DeletedCount));
        Assert.Equal([(4L, "doc")], engine.Changes());
        engine.Check();
    }

    [Fact]
    public async Task A_stale_or_missing_parent_is_a_conflict()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc");
        var second = await engine.PutAsync("doc", first);
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("doc", first));
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("doc", default));
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("doc", Engine.Rev("2-abc")));
        Assert.Equal([second.ToString()], engine.Leaves("doc"));
        var deletion = await engine.PutAsync("doc", second, deleted: true);
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("doc", deletion));
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("doc", default, deleted: true));
        Assert.Equal(3, engine.Database.UpdateSequence);
        engine.Check();
    }

    [Fact]
    public async Task A_new_document_may_name_a_parent_but_not_with_attachments_or_as_a_design_document()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.PutAsync("first");
        var made = await engine.PutAsync("doc", Engine.Rev("7-abc"));
        Assert.Equal(8, made.Generation);
        Assert.Equal([made.ToString(), "7-abc"], engine.PathOf("doc", made));
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("_design/doc", Engine.Rev("7-abc")));
        var attachment = await engine.AttachAsync("file", [1]);
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("other", Engine.Rev("7-abc"), attachments: attachment));
        engine.Check();
    }

    /// <summary>
    /// Review, "the first write into a database that was never written to": until a document has been looked at, CouchDB does not know that
    /// there are no functions to ask, and looks at what was there before. So it is after a start, and after a design document has changed.
    /// </summary>
    [Fact]
    public async Task The_first_write_does_not_build_on_a_parent_that_is_not_there()
    {
        await using var engine = await Engine.CreateAsync();
        await RefuseThenTakeAsync("a");
        await engine.RestartAsync();
        await RefuseThenTakeAsync("b");
        await engine.PutAsync("_design/d");
        await RefuseThenTakeAsync("c");
        await engine.PutAsync("d", Engine.Rev("7-abc"));
        engine.Check();

        async Task RefuseThenTakeAsync(string id)
        {
            // What is refused says nothing of functions; of two in one request both are looked at.
            Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync(id, Engine.Rev("7-abc")));
            var outcomes = await engine.WriteAsync(
                WriteMode.Interactive, Engine.Prepare(id + "1", default), Engine.Prepare(id + "2", Engine.Rev("7-abc")));
            Assert.Equal([null, DocumentError.Conflict], outcomes.Select(outcome => outcome.Error));
            Assert.Equal(8, (await engine.PutAsync(id, Engine.Rev("7-abc"))).Generation);
        }
    }

    [Fact]
    public async Task A_new_document_keeps_the_history_it_brings()
    {
        // As a CouchDB 3.5.0 does: the hash too is the one that it gave.
        await using var engine = await Engine.CreateAsync();
        await engine.PutAsync("first");
        var write = Engine.PrepareMerge("h", ["3-c", "2-b", "1-a"]);
        var outcomes = await engine.WriteAsync(WriteMode.Interactive, write);
        Assert.Equal("4-e4ffab8032dc9b6bba3b11467023843b", outcomes[0].Revision.ToString());
        Assert.Equal(["4-e4ffab8032dc9b6bba3b11467023843b", "3-c", "2-b", "1-a"], engine.PathOf("h", outcomes[0].Revision));
        engine.Check();
    }

    [Fact]
    public async Task Deleting_the_winner_lets_the_other_branch_win()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", ["1-aa"]);
        await engine.MergeAsync("doc", ["1-bb"]);
        Assert.Equal(["1-bb", "1-aa"], engine.Leaves("doc"));
        var deletion = await engine.PutAsync("doc", Engine.Rev("1-bb"), deleted: true);
        Assert.Equal(["1-aa", deletion + " deleted"], engine.Leaves("doc"));
        Assert.Equal(1, engine.Database.ReadInfo().DocumentCount);

        // A deletion that is a leaf beside a live one can be edited on.
        var onward = await engine.PutAsync("doc", deletion);
        Assert.Equal([onward.ToString(), "1-aa"], engine.Leaves("doc"));
        engine.Check();
    }

    [Fact]
    public async Task Later_writes_of_a_request_see_earlier_ones_and_share_the_sequence_of_their_document()
    {
        await using var engine = await Engine.CreateAsync();
        var outcomes = await engine.WriteAsync(
            WriteMode.Interactive,
            Engine.Prepare("z", default, "{\"v\":1}"),
            Engine.Prepare("a", default, "{\"v\":1}"),
            Engine.Prepare("z", default, "{\"v\":2}"),
            Engine.Prepare("a", Engine.Rev("1-" + new string('0', 31) + "1"), "{\"v\":3}"));
        Assert.Equal([null, null, DocumentError.Conflict, DocumentError.Conflict], outcomes.Select(outcome => outcome.Error));
        Assert.Equal(["z", "a", "z", "a"], outcomes.Select(outcome => outcome.Id));
        Assert.Equal([(1L, "a"), (2L, "z")], engine.Changes());
        outcomes = await engine.WriteAsync(
            WriteMode.Interactive,
            Engine.Prepare("a", outcomes[1].Revision, "{\"v\":4}"),
            Engine.Prepare("\U00010000", default),
            Engine.Prepare("\uFFFD", default));
        Assert.All(outcomes, outcome => Assert.True(outcome.IsSuccess));
        Assert.Equal([(2L, "z"), (3L, "a"), (4L, "\uFFFD"), (5L, "\U00010000")], engine.Changes());
        engine.Check();
    }

    [Fact]
    public async Task A_request_that_edits_one_document_twice_in_a_row_gives_it_one_sequence()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc", body: "{\"v\":1}");
        using var second = Engine.Prepare("doc", first, "{\"v\":2}");
        var expected = await PeekAsync(second);
        await engine.WriteAsync(
            WriteMode.Interactive, Engine.Prepare("doc", first, "{\"v\":2}"), Engine.Prepare("doc", expected, "{\"v\":3}"));
        Assert.Equal([(2L, "doc")], engine.Changes());
        Assert.Equal(3, engine.Database.Find("doc")!.Winner.Revision.Generation);
        Assert.Equal("{\"v\":2}", engine.Body("doc", expected));
        engine.Check();
    }

    [Theory]
    [InlineData("9223372036854775807-abc")]
    [InlineData("9223372036854775806-abc")]
    [InlineData("0-abc")]
    [InlineData("0-")]
    public async Task Odd_generations_are_taken_or_refused_but_break_nothing(string revision)
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", [revision]);
        Assert.Equal([revision], engine.Leaves("doc"));
        engine.Check();
        for (var at = Engine.Rev(revision); at.Generation < long.MaxValue && at.Generation is not 3; at = engine.Database.Find("doc")!.Winner.Revision)
        {
            await engine.PutAsync("doc", at);
            engine.Check();
        }

        var other = engine.PutAsync("other");
        if (engine.Database.Find("doc")!.Winner.Revision.Generation == long.MaxValue)
        {
            Assert.Equal(400, (await engine.RefusedAsync("doc", engine.Database.Find("doc")!.Winner.Revision)).Status);
            await engine.MergeAsync("doc", ["9223372036854775807-abd"], deleted: true);
        }

        await other;
        Assert.Equal(400, (await engine.RefusedAsync("new", Engine.Rev("9223372036854775807-abc"))).Status);
        await engine.Database.CompactAsync(CancellationToken.None);
        await engine.RestartAsync();
        engine.Check();
    }

    [Fact]
    public async Task Nothing_follows_a_deletion_of_the_last_generation()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.MergeAsync("doc", ["9223372036854775807-abc"], deleted: true);
        Assert.Equal(400, (await engine.RefusedAsync("doc", default)).Status);
        engine.Check();
    }

    [Fact]
    public async Task An_id_of_a_hundred_thousand_bytes_is_an_id()
    {
        await using var engine = await Engine.CreateAsync();
        var id = new string('x', 50_000) + "\0" + new string('y', 50_000);
        var revision = await engine.PutAsync(id, attachments: await engine.AttachAsync(new string('n', 100_000), Engine.Bytes(200_000)));
        for (var i = 0; i < 40; i++)
        {
            revision = await engine.PutAsync(id, revision, attachments: Engine.Stub(new string('n', 100_000)));
        }

        Assert.Equal(41, engine.PathOf(id, revision).Count);
        Assert.Equal([id], engine.Ids(new KeyRange()));
        Assert.Equal(id, engine.Changes()[0].Id);
        await engine.Database.CompactAsync(CancellationToken.None);
        engine.Check();
        await engine.Database.PurgeAsync([new(id, [revision])], CancellationToken.None);
        engine.Check();
        Assert.Null(engine.Database.Find(id));
    }

    private static async Task<RevisionId> PeekAsync(DocumentWrite write)
    {
        // What the edit's revision will be: the same edit in another database is the same revision.
        await using var engine = await Engine.CreateAsync();
        await engine.PutAsync(write.Id, body: "{\"v\":1}");
        var outcomes = await engine.Database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
        return outcomes[0].Revision;
    }

    [Fact]
    public Task A_batch_of_many_creates_what_is_absent_and_refuses_what_is_there() =>
        Gen.Int[0, 60].Select(i => $"{i:D2}").Array[1, 30].Array[1, 6].SampleAsync(
            async batches =>
            {
                await using var engine = await Engine.CreateAsync();
                var known = new HashSet<string>();
                foreach (var ids in batches)
                {
                    var outcomes = await engine.WriteAsync(WriteMode.Interactive, [.. ids.Select(id => Engine.Prepare(id, default))]);
                    Assert.Equal(ids.Select(known.Add), outcomes.Select(outcome => outcome.IsSuccess));
                    engine.Check();
                }
            },
            iter: 100);
}
