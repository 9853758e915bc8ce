using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Tests.Compaction;

/// <summary>On a real disk: what the sizes say is what is there, and what is not needed any more is given back.</summary>
public sealed class SpaceTests
{
    [Fact]
    public async Task Sizes_are_true_and_compaction_returns_what_old_revisions_took()
    {
        await using var engine = new DiskEngine();
        var database = await engine.CreateAsync("db");
        var documents = new Dictionary<string, RevisionId>();
        var random = new Random(1);
        var ids = Enumerable.Range(0, 6000).Select(i => $"document-{i:D6}").ToList();
        for (var times = 0; times < 3; times++)
        {
            await DiskEngine.EditAsync(database, documents, ids, random);
        }

        engine.Store.Flush();
        var before = database.ReadInfo();
        await engine.AssertTakesAsync(before.FileSize);
        Assert.InRange((double)before.FileSize / before.ActiveSize, 2.4, 3.3);
        AssertNear(documents.Sum(document => Read(database, document.Key, document.Value)), before.ExternalSize);

        await database.CompactAsync(CancellationToken.None);
        var after = database.ReadInfo();
        await engine.AssertTakesAsync(after.FileSize);
        AssertNear(after.FileSize, after.ActiveSize);
        AssertNear(after.FileSize, before.ActiveSize, 0.25);
        Assert.Equal(before.ExternalSize, after.ExternalSize);
        EngineCheck.Verify(engine.Store);
    }

    [Fact]
    public async Task Who_takes_old_sizes_gets_no_older_ones_and_counts_of_now()
    {
        await using var engine = new DiskEngine();
        var database = await engine.CreateAsync("db");
        var first = database.ReadInfo(TimeSpan.FromSeconds(1));
        await DiskEngine.EditAsync(database, [], Enumerable.Range(0, 2000).Select(static i => $"document-{i:D6}").ToList(), new Random(1));
        engine.Store.Flush();

        engine.Time.Advance(TimeSpan.FromSeconds(1));
        var old = database.ReadInfo(TimeSpan.FromSeconds(1));
        Assert.Equal((first.FileSize, 2000), (old.FileSize, old.DocumentCount));
        Assert.NotEqual(first.FileSize, database.ReadInfo().FileSize);
        engine.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(database.ReadInfo().FileSize, database.ReadInfo(TimeSpan.FromSeconds(1)).FileSize);
    }

    [Fact]
    public async Task Attachments_that_are_replaced_go_without_the_others_being_rewritten()
    {
        await using var engine = new DiskEngine();
        var database = await engine.CreateAsync("db");
        var revisions = new List<RevisionId>();
        for (var i = 0; i < 10; i++)
        {
            revisions.Add(await DiskEngine.AttachAsync(database, $"{i}", default, 4 << 20, i));
        }

        engine.Store.Flush();
        await engine.AssertTakesAsync(database.ReadInfo().FileSize);
        var first = engine.Files("*.blob").Order().Skip(1).First();
        for (var i = 5; i < 10; i++)
        {
            await DiskEngine.AttachAsync(database, $"{i}", revisions[i], 1 << 20, i + 100);
        }

        engine.Store.Flush();
        var before = database.ReadInfo();
        await engine.AssertTakesAsync(before.FileSize);
        AssertNear(25 << 20, before.ActiveSize);
        await database.CompactAsync(CancellationToken.None);
        var after = database.ReadInfo();
        AssertNear(25 << 20, after.FileSize);
        await engine.AssertTakesAsync(after.FileSize);
        AssertNear(25 << 20, after.ActiveSize);
        Assert.Contains(first, engine.Files("*.blob"));
        EngineCheck.Verify(engine.Store);
    }

    [Fact]
    public async Task An_upload_that_is_given_up_leaves_nothing_after_compaction()
    {
        await using var engine = new DiskEngine();
        var database = await engine.CreateAsync("db");
        await DiskEngine.AttachAsync(database, "a", default, 1 << 20, 1);
        await using (var upload = database.BeginUpload(Engine.Binary))
        {
            await upload.WriteAsync(Engine.Bytes(12 << 20, 2), CancellationToken.None);
        }

        engine.Store.Flush();
        await database.CompactAsync(CancellationToken.None);
        await engine.AssertTakesAsync(database.ReadInfo().FileSize);
        AssertNear(1 << 20, database.ReadInfo().FileSize);
        EngineCheck.Verify(engine.Store);
    }

    [Fact]
    public async Task A_deleted_database_gives_its_space_back()
    {
        await using var engine = new DiskEngine();
        var kept = await engine.CreateAsync("kept");
        await DiskEngine.AttachAsync(kept, "a", default, 2 << 20, 1);
        var database = await engine.CreateAsync("db");
        for (var i = 0; i < 8; i++)
        {
            await DiskEngine.AttachAsync(database, $"{i}", default, 4 << 20, 10 + i);
        }

        await DiskEngine.EditAsync(database, [], Enumerable.Range(0, 5000).Select(i => $"document-{i}"), new Random(1));
        engine.Store.Flush();
        Assert.True(engine.Size() > 36 << 20);
        await engine.Catalogue.DeleteAsync("db", CancellationToken.None);
        engine.Time.Advance(TimeSpan.FromSeconds(5));
        await DiskEngine.WaitUntilBelowAsync(engine.Size, (4 << 20) + DiskEngine.EnginesNotes);
        await DiskEngine.WaitUntilBelowAsync(() => Count(engine.Store, Keys.DroppedStart.ToArray(), Keys.DroppedEnd.ToArray()), 1);
        EngineCheck.Verify(engine.Store);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_that_has_stopped_holds_nothing_back(bool descending)
    {
        await using var engine = new DiskEngine();
        var database = await engine.CreateAsync("db");
        var documents = new Dictionary<string, RevisionId>();
        var ids = Enumerable.Range(0, 3000).Select(i => $"document-{i:D6}").ToList();
        var random = new Random(1);
        await DiskEngine.EditAsync(database, documents, ids, random);
        engine.Store.Flush();
        using var listing = database.Scan(new KeyRange(null, null, descending));
        using var changes = database.ReadChanges(0, descending);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(listing.MoveNext() && changes.MoveNext());
            listing.ReadWinner()?.Dispose();
        }

        listing.Pause();
        changes.Pause();
        for (var times = 0; times < 3; times++)
        {
            await DiskEngine.EditAsync(database, documents, ids, random);
        }

        await database.CompactAsync(CancellationToken.None);
        await DiskEngine.WaitUntilBelowAsync(engine.Size, 5 << 20);

        // Both go on, and nothing is missed: what has changed meanwhile comes, too.
        var listed = 10;
        while (listing.MoveNext())
        {
            listed++;
        }

        var seen = new HashSet<string>();
        while (changes.MoveNext())
        {
            seen.Add(System.Text.Encoding.UTF8.GetString(changes.Id));
        }

        Assert.Equal(3000, listed);
        Assert.Equal(3000, seen.Count);
    }

    [Fact]
    public async Task A_document_that_is_edited_without_end_leaves_neither_rows_nor_removals_behind()
    {
        await using var engine = new DiskEngine();
        var database = await engine.CreateAsync("db");
        var documents = new Dictionary<string, RevisionId>();
        await database.SetRevsLimitAsync(10, CancellationToken.None);
        var ids = Enumerable.Range(0, 50).Select(i => $"document-{i}").ToList();
        for (var times = 0; times < 800; times++)
        {
            var writes = ids.Select(id => Engine.Prepare(id, documents.GetValueOrDefault(id), "{}")).ToArray();
            foreach (var outcome in await database.WriteAsync(writes, WriteMode.Interactive, CancellationToken.None))
            {
                documents[outcome.Id] = outcome.Revision;
            }
        }

        engine.Store.Flush();
        byte[] end = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        Assert.True(
            engine.Store.ApproximateSize(Keyspace.Sequences, [], end) < 200_000,
            $"{engine.Store.ApproximateSize(Keyspace.Sequences, [], end)} bytes for 50 rows");
        await database.CompactAsync(CancellationToken.None);
        var info = database.ReadInfo();
        Assert.True(info.FileSize < 100_000, $"{info.FileSize} bytes for 50 documents");
        EngineCheck.Verify(engine.Store);
    }

    private static long Read(Database database, string id, RevisionId revision)
    {
        using var stored = database.Read(id, revision);
        return stored!.Body.Length + stored.Attachments.Sum(attachment => attachment.Length);
    }

    private static long Count(KeyValueStore store, byte[] lower, byte[] upper)
    {
        using var rows = store.Scan(Keyspace.Meta, lower, upper);
        var count = 0;
        while (rows.MoveNext())
        {
            count++;
        }

        return count;
    }

    private static void AssertNear(long expected, long actual, double share = 0.1) =>
        Assert.True(
            Math.Abs(expected - actual) <= (share * expected) + DiskEngine.EnginesNotes,
            $"{actual} is not within {share:P0} of {expected}");
}
