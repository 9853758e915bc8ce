using System.Buffers;
using System.Buffers.Binary;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>Databases come, go and come back, whatever happens meanwhile.</summary>
public sealed class CatalogueTests
{
    private static readonly DatabaseOptions Plain = new();

    [Fact]
    public async Task A_database_is_there_after_a_power_failure_just_as_it_was_created()
    {
        await using var engine = await Engine.CreateAsync();
        var created = await engine.Catalogue.CreateAsync("other", new DatabaseOptions(Partitioned: false, Shards: 8), CancellationToken.None);
        engine.LosePower();
        var found = engine.Catalogue.Find("other")!;
        Assert.Equal(created.Incarnation, found.Incarnation);
        Assert.Equal(created.CreatedAt, found.CreatedAt);
        Assert.Equal(new DatabaseOptions(Partitioned: false, Shards: 8), found.Options);
        Assert.Equal(["db", "other"], engine.Catalogue.Names);
        Assert.Null(engine.Catalogue.Find("Other"));
        engine.Check();
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        await using var engine = await Engine.CreateAsync();
        var refused = await Assert.ThrowsAsync<DocumentException>(() => engine.Catalogue.CreateAsync("db", Plain, CancellationToken.None));
        Assert.Equal((412, "file_exists"), (refused.Error.Status, refused.Error.Error));
    }

    [Fact]
    public async Task Of_many_who_create_the_same_database_one_does()
    {
        await using var engine = await Engine.CreateAsync();
        var created = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            try
            {
                await engine.Catalogue.CreateAsync("same", Plain, CancellationToken.None);
                return 1;
            }
            catch (DocumentException)
            {
                return 0;
            }
        })));
        Assert.Equal(1, created.Sum());
        engine.Check();
    }

    [Fact]
    public async Task Names_are_in_the_order_of_their_bytes()
    {
        await using var engine = await Engine.CreateAsync();
        foreach (var name in new[] { "b", "_users", "a/b", "a", "z-1", "a_b" })
        {
            await engine.Catalogue.CreateAsync(name, Plain, CancellationToken.None);
        }

        string[] expected = ["_users", "a", "a/b", "a_b", "b", "db", "z-1"];
        Assert.Equal(expected, engine.Catalogue.Names);
        await engine.RestartAsync();
        Assert.Equal(expected, engine.Catalogue.Names);
    }

    [Fact]
    public async Task A_deleted_database_leaves_nothing_and_comes_back_empty()
    {
        await using var engine = await Engine.CreateAsync();
        var before = engine.Database;
        await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", Engine.Bytes(300_000)));
        await before.WriteLocalAsync("_local/x", 0, "{}"u8.ToArray(), CancellationToken.None);
        await before.SetSecurityAsync("{\"admins\":{}}"u8.ToArray(), CancellationToken.None);
        Assert.True(await engine.Catalogue.DeleteAsync("db", CancellationToken.None));
        Assert.False(await engine.Catalogue.DeleteAsync("db", CancellationToken.None));
        Assert.Null(engine.Catalogue.Find("db"));
        engine.LosePower();
        Assert.Empty(engine.Catalogue.Names);
        foreach (var space in Enum.GetValues<Keyspace>().Where(space => space != Keyspace.Meta))
        {
            Assert.False(Any(engine.Store, space));
        }

        await engine.Catalogue.CreateAsync("db", Plain, CancellationToken.None);
        Assert.NotEqual(before.Incarnation, engine.Database.Incarnation);
        Assert.Null(engine.Database.Security);
        Assert.Empty(engine.Ids(new KeyRange()));
        Assert.Equal(0, engine.Database.UpdateSequence);
        engine.Check();
    }

    [Fact]
    public async Task Whoever_uses_a_deleted_database_is_told_so()
    {
        await using var engine = await Engine.CreateAsync();
        var database = engine.Database;
        var revision = await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", Engine.Bytes(300_000)));
        await engine.PutAsync("other");
        using var stored = database.Read("doc", revision)!;
        using var documents = database.Scan(new KeyRange());
        using var changes = database.ReadChanges(0);
        Assert.True(documents.MoveNext() && changes.MoveNext());
        await using var upload = database.BeginUpload(Engine.Binary);
        await upload.WriteAsync(Engine.Bytes(200_000), CancellationToken.None);
        await using var content = database.ReadContentAsync(stored.Attachments[0], 0, 300_000, CancellationToken.None)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await content.MoveNextAsync());
        var waiting = database.WaitForChangeAsync(database.UpdateSequence, CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        await engine.Catalogue.DeleteAsync("db", CancellationToken.None);
        Assert.True(database.Closing.IsCancellationRequested);
        await IsToldAsync(404, () => waiting);
        await IsToldAsync(404, () => Task.FromResult(documents.MoveNext()));
        await IsToldAsync(404, () => Task.FromResult(changes.MoveNext()));
        await IsToldAsync(404, () => content.MoveNextAsync().AsTask());
        await IsToldAsync(404, () => upload.WriteAsync(Engine.Bytes(200_000), CancellationToken.None).AsTask());
        await IsToldAsync(404, () => Task.FromResult(database.Find("doc")));
        await IsToldAsync(404, () => database.EnsureFullCommitAsync(CancellationToken.None));
        await IsToldAsync(404, () => database.CompactAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Latecomers_are_told_that_the_node_is_stopping_and_change_nothing()
    {
        await using var engine = await Engine.CreateAsync();
        var revision = await engine.PutAsync("doc");
        await engine.Catalogue.DisposeAsync();
        var database = engine.Catalogue.Find("db")!;
        await IsToldAsync(503, () => Task.FromResult(database.Find("doc")));
        await IsToldAsync(503, () => engine.PutAsync("doc", revision));
        await IsToldAsync(503, () => engine.Catalogue.CreateAsync("db", Plain, CancellationToken.None));
        await IsToldAsync(503, () => engine.Catalogue.CreateAsync("new", Plain, CancellationToken.None));
        await IsToldAsync(503, () => engine.Catalogue.DeleteAsync("db", CancellationToken.None));
        await engine.Catalogue.DisposeAsync();
        engine.LosePower();
        Assert.Equal([revision.ToString()], engine.Leaves("doc"));
        Assert.Equal(["db"], engine.Catalogue.Names);
        engine.Check();
    }

    [Fact]
    public async Task A_write_that_was_accepted_before_the_end_is_on_the_disk_after_it()
    {
        await using var engine = await Engine.CreateAsync();
        var writes = Enumerable.Range(0, 50).Select(i => engine.PutAsync("doc" + i)).ToList();
        await engine.Catalogue.DisposeAsync();
        var written = await Task.WhenAll(writes);
        engine.LosePower();
        Assert.Equal(written.Length, engine.Database.ReadInfo().DocumentCount);
        engine.Check();
    }

    [Fact]
    public async Task Writers_that_meet_a_deletion_are_answered_and_leave_nothing()
    {
        for (var round = 0; round < 20; round++)
        {
            await using var engine = await Engine.CreateAsync();
            var database = engine.Database;
            var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
            {
                for (var i = 0; ; i++)
                {
                    try
                    {
                        using var write = Engine.Prepare($"{writer}-{i}", default);
                        await database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
                    }
                    catch (DocumentException refused)
                    {
                        Assert.Equal(404, refused.Error.Status);
                        return;
                    }
                }
            })).ToList();
            await database.WaitForChangeAsync(round, CancellationToken.None);
            Assert.True(await engine.Catalogue.DeleteAsync("db", CancellationToken.None));
            await Task.WhenAll(writers);
            engine.Check();
            Assert.False(Any(engine.Store, Keyspace.Documents));
        }
    }

    [Fact]
    public async Task A_deletion_that_fails_leaves_the_database_as_it_was()
    {
        await using var engine = await Engine.CreateAsync();
        var revision = await engine.PutAsync("doc");
        engine.Store.FailCommits = _ => true;
        await Assert.ThrowsAsync<StorageException>(() => engine.Catalogue.DeleteAsync("db", CancellationToken.None));
        engine.Store.FailCommits = null;
        Assert.Equal(["db"], engine.Catalogue.Names);
        Assert.Equal([revision.ToString()], engine.Leaves("doc"));
        await engine.PutAsync("doc", revision);
        engine.Check();
        Assert.True(await engine.Catalogue.DeleteAsync("db", CancellationToken.None));
        engine.Check();
    }

    [Fact]
    public async Task A_creation_that_fails_creates_nothing_and_its_number_is_not_given_again()
    {
        await using var engine = await Engine.CreateAsync();
        engine.Store.FailCommits = _ => true;
        await Assert.ThrowsAsync<StorageException>(() => engine.Catalogue.CreateAsync("other", Plain, CancellationToken.None));
        engine.Store.FailCommits = null;
        Assert.Null(engine.Catalogue.Find("other"));
        engine.Check();
        await engine.Catalogue.CreateAsync("other", Plain, CancellationToken.None);
        var next = engine.Store.GetBytes(Keyspace.Meta, Keys.NextDatabase);
        Assert.Equal(4u, BinaryPrimitives.ReadUInt32BigEndian(next));
        engine.Check();
    }

    [Fact]
    public async Task What_belongs_to_no_database_is_swept_at_the_start()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.PutAsync("doc");
        using (var batch = engine.Store.CreateBatch())
        {
            foreach (var space in Enum.GetValues<Keyspace>().Where(space => space != Keyspace.Meta))
            {
                batch.Put(space, [0, 0, 0, 0, 1, 2, 3], [1]);
                batch.Put(space, [0, 0, 0, 7, 1, 2, 3], [1]);
                batch.Put(space, [0, 0, 0, 7, 4], [1]);
                batch.Put(space, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [1]);
            }

            engine.Store.Commit(batch, sync: true);
        }

        Assert.ThrowsAny<Exception>(() => engine.Check());
        await engine.RestartAsync();
        engine.Check();
        Assert.NotNull(engine.Database.Find("doc"));
    }

    [Fact]
    public async Task Content_that_was_being_received_is_swept_at_the_start()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", Engine.Bytes(500_000, 1)));
        await using var upload = engine.Database.BeginUpload(Engine.Binary);
        await upload.WriteAsync(Engine.Bytes(1_000_000), CancellationToken.None);
        var received = await engine.UploadAsync(Engine.Bytes(400_000, 2));
        await engine.Database.EnsureFullCommitAsync(CancellationToken.None);
        engine.Check(uploads: true);
        Assert.ThrowsAny<Exception>(() => engine.Check());
        engine.LosePower();
        engine.Check();
        Assert.Equal(Engine.Bytes(500_000, 1), await engine.ReadAsync("doc", engine.Database.Find("doc")!.Winner.Revision, "file"));
        Assert.Equal(400_000, received.Length);
    }

    [Theory]
    [InlineData(new byte[] { DatabaseCatalogue.FormatVersion + 1 })]
    [InlineData(new byte[] { DatabaseCatalogue.FormatVersion, 0 })]
    [InlineData(new byte[0])]
    public void Data_of_a_newer_format_is_refused(byte[] format)
    {
        using var store = new MemoryStore();
        using (var batch = store.CreateBatch())
        {
            batch.Put(Keyspace.Meta, Keys.Format, format);
            store.Commit(batch, sync: true);
        }

        var refused = Assert.Throws<StorageException>(() => DatabaseCatalogue.Open(store, new EngineOptions(), TimeProvider.System));
        Assert.Contains("newer version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_the_first_format_gets_the_counts_that_it_lacks()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.WriteAsync(WriteMode.Interactive, [.. Enumerable.Range(0, 1000).Select(i => Engine.Prepare($"{i}", default))]);
        await engine.PutAsync("gone", await engine.PutAsync("gone"), deleted: true);
        using (var batch = engine.Store.CreateBatch())
        {
            batch.Put(Keyspace.Meta, Keys.Format, [1]);
            batch.Delete(Keyspace.Meta, Keys.CountSeed);
            batch.DeleteRange(Keyspace.Counts, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
            engine.Store.Commit(batch, sync: true);
        }

        await engine.RestartAsync();
        engine.Check();
        Assert.Equal(500, engine.Database.CountChangesAfter(501));
        await engine.PutAsync("more");
        engine.Check();
    }

    [Fact]
    public async Task Data_of_the_second_format_is_measured()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc", body: "{\"a\":1}", attachments: await engine.AttachAsync("old", Engine.Bytes(200_000, 1)));
        await engine.PutAsync("doc", first, attachments: await engine.AttachAsync("new", Engine.Bytes(300_000, 2)));
        await engine.Database.WriteLocalAsync("_local/a", 0, "{}"u8.ToArray(), CancellationToken.None);
        var info = engine.Database.ReadInfo();
        using (var batch = engine.Store.CreateBatch())
        {
            batch.Put(Keyspace.Meta, Keys.Format, [2]);
            var key = new KeyWriter(new byte[16]);
            Keys.State(ref key, 1);
            var state = new ArrayBufferWriter<byte>();
            state.Byte(1);
            foreach (var number in (long[])[info.UpdateSequence, 1, 0, 1, 0, 1, 1000, 1000, 7, 8])
            {
                state.Number(number);
            }

            batch.Put(Keyspace.Meta, key.Written, state.WrittenSpan);
            using var contents = engine.Store.Scan(Keyspace.Documents, [0, 0, 0, 1, 3], [0, 0, 0, 1, 4]);
            while (contents.MoveNext())
            {
                batch.Put(Keyspace.Documents, contents.Key, contents.Value[..^1]);
            }

            engine.Store.Commit(batch, sync: true);
        }

        await engine.RestartAsync();
        engine.Check();
        Assert.Equal(info with { CompactRunning = false }, engine.Database.ReadInfo());
    }

    [Fact]
    public async Task What_happens_to_databases_is_told_once_each()
    {
        await using var engine = await Engine.CreateAsync();
        var updates = engine.Catalogue.Updates;
        var before = updates.Sequence;
        var waiting = updates.WaitAsync(before, CancellationToken.None);
        await engine.Catalogue.CreateAsync("other", Plain, CancellationToken.None);
        await waiting;
        await engine.PutAsync("a");
        await engine.PutAsync("b");
        await engine.Catalogue.DeleteAsync("other", CancellationToken.None);
        Assert.Equal(
            [("db", DatabaseUpdateKind.Updated), ("other", DatabaseUpdateKind.Deleted)],
            updates.After(before).Select(update => (update.Name, update.Kind)));
        Assert.Equal(updates.Sequence, updates.After(0)[^1].Sequence);
        await updates.WaitAsync(before, CancellationToken.None);
        await engine.RestartAsync();
        Assert.NotEqual(updates.Epoch, engine.Catalogue.Updates.Epoch);
        Assert.Equal(["db"], engine.Catalogue.Updates.After(0).Select(update => update.Name));
    }

    private static bool Any(KeyValueStore store, Keyspace space)
    {
        using var rows = store.Scan(space, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        return rows.MoveNext();
    }

    private static async Task IsToldAsync(int status, Func<Task> use)
    {
        var told = await Assert.ThrowsAsync<DocumentException>(use);
        Assert.Equal(status, told.Error.Status);
    }
}
