using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;
using CsCheck;

namespace CloudWall.Documents.Tests.Attachments;

/// <summary>Content is stored once, read whole or in parts, and gone when nobody has it any more.</summary>
public sealed class ContentTests
{
    private const int Chunk = ContentStore.ChunkSize;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData((3 * Chunk) + 7)]
    public async Task Content_of_any_length_comes_back_in_any_part(int length)
    {
        await using var engine = await Engine.CreateAsync();
        var bytes = Engine.Bytes(length);
        var revision = await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", bytes));
        engine.LosePower();
        engine.Check();
        using var stored = engine.Database.Read("doc", revision)!;
        var attachment = stored.Attachments.Single();
        Assert.Equal((length, length, ContentEncoding.Identity), (attachment.Length, attachment.StoredLength, attachment.Encoding));
        Assert.Equal("md5-" + Convert.ToBase64String(MD5.HashData(bytes)), attachment.Digest);
        foreach (var (from, count) in new[] { (0, length), (0, 0), (length / 2, 10), (length / 3, length / 2), (length, 5), (length + 5, 5) })
        {
            Assert.Equal(bytes.Skip(from).Take(count), await engine.ReadAsync(attachment, from, count));
        }

        Assert.Equal(bytes, await engine.ReadAsync(attachment, 0, long.MaxValue));
        Assert.Equal(bytes.Skip(Chunk), await engine.ReadAsync(attachment, Chunk, long.MaxValue));
    }

    [Fact]
    public Task Content_that_arrives_in_any_pieces_is_the_same_content() => Gen.Int[0, 200_000].Array[0, 6].SampleAsync(
        async lengths =>
        {
            await using var engine = await Engine.CreateAsync();
            var bytes = Engine.Bytes(lengths.Sum());
            await using var upload = engine.Database.BeginUpload(Engine.Binary);
            var at = 0;
            foreach (var length in lengths)
            {
                await upload.WriteAsync(bytes.AsMemory(at, length), CancellationToken.None);
                at += length;
                Assert.Equal(at, upload.Received);
            }

            var content = await upload.CompleteAsync(CancellationToken.None);
            Assert.Equal(SHA256.HashData(bytes), content.ContentId.ToArray());
            var revision = await engine.PutAsync("doc", attachments: new AttachmentWrite("file", Engine.Binary, content));
            Assert.Equal(bytes, await engine.ReadAsync("doc", revision, "file"));
            engine.Check();
        },
        iter: 30,
        threads: 1);

    [Fact]
    public async Task Text_is_stored_as_gzip_and_other_types_as_they_are()
    {
        await using var engine = await Engine.CreateAsync();
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 60_000).Select(i => i + " lines of text\n")));
        var revision = await engine.PutAsync(
            "doc",
            attachments: [await engine.AttachAsync("text", text, "text/plain; charset=utf-8"), await engine.AttachAsync("data", text), await engine.AttachAsync("none", [], "text/plain")]);
        engine.Check();
        using var stored = engine.Database.Read("doc", revision)!;
        Assert.Equal([ContentEncoding.Gzip, ContentEncoding.Identity, ContentEncoding.Gzip], stored.Attachments.Select(attachment => attachment.Encoding));
        Assert.Equal(text.Length, stored.Attachments[0].Length);
        Assert.True(stored.Attachments[0].StoredLength is > Chunk and < 1_000_000);
        var compressed = await engine.ReadAsync("doc", revision, "text");
        Assert.Equal(MD5.HashData(compressed), stored.Attachments[0].Md5.ToArray());
        Assert.Equal(text, Unzip(compressed));
        Assert.Empty(Unzip(await engine.ReadAsync("doc", revision, "none")));
    }

    [Theory]
    [InlineData(1000L, 1000L)]
    [InlineData(null, null)]
    [InlineData(-5L, 0L)]
    public async Task Content_that_comes_compressed_is_kept_so(long? said, long? shown)
    {
        await using var engine = await Engine.CreateAsync();
        var packed = Zip(Engine.Bytes(1000));
        var attachment = await UploadAsync(engine, packed, said);
        Assert.Equal(ContentEncoding.Gzip, attachment.Encoding);
        Assert.Equal((packed.Length, shown ?? packed.Length), (attachment.StoredLength, attachment.Length));
        Assert.True(await engine.Database.IsSoundAsync(attachment, CancellationToken.None));
    }

    /// <summary>Review, attack 7: such content spoiled whatever had it in a row.</summary>
    [Theory]
    [InlineData(57)]
    [InlineData(Chunk + 1)]
    [InlineData((3 * Chunk) + 7)]
    public async Task Content_that_is_not_what_it_says_is_kept_as_the_bytes_that_it_is(int length)
    {
        await using var engine = await Engine.CreateAsync();
        var bytes = Engine.Bytes(length);
        foreach (var content in new[] { bytes, Zip(bytes)[..^1], [.. Zip(bytes)[..^8], .. new byte[8]] })
        {
            var attachment = await UploadAsync(engine, content, said: 5);
            Assert.Equal(ContentEncoding.Identity, attachment.Encoding);
            Assert.Equal((content.Length, content.Length), (attachment.StoredLength, attachment.Length));
            Assert.Equal(content, await engine.ReadAsync(attachment, 0, long.MaxValue));
        }
    }

    [Fact]
    public async Task The_same_content_is_stored_once_however_many_have_it()
    {
        await using var engine = await Engine.CreateAsync();
        var bytes = Engine.Bytes(400_000);
        var uploads = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => engine.AttachAsync("file" + i, bytes))));
        var revisions = await Task.WhenAll(Enumerable.Range(0, 5).Select(
            i => engine.PutAsync("doc" + i, attachments: [uploads[2 * i], uploads[(2 * i) + 1]])));
        Assert.Equal(1, Blobs(engine));
        engine.Check();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(bytes, await engine.ReadAsync("doc" + i, revisions[i], "file" + (2 * i)));
            await engine.Database.PurgeAsync([new PurgeRequest("doc" + i, [revisions[i]])], CancellationToken.None);
            engine.Check();
        }

        Assert.Equal(0, Blobs(engine));
    }

    [Fact]
    public async Task Content_of_no_bytes_takes_no_other_along()
    {
        await using var engine = await Engine.CreateAsync();
        var empty = await engine.PutAsync("empty", attachments: await engine.AttachAsync("file", []));
        await engine.RestartAsync();
        var full = await engine.PutAsync("full", attachments: await engine.AttachAsync("file", [1, 2, 3]));
        var large = await engine.PutAsync("large", attachments: await engine.AttachAsync("file", Engine.Bytes(300_000)));
        engine.Check();
        await engine.Database.PurgeAsync([new PurgeRequest("empty", [empty])], CancellationToken.None);
        engine.Check();
        Assert.Equal([1, 2, 3], await engine.ReadAsync("full", full, "file"));
        Assert.Equal(Engine.Bytes(300_000), await engine.ReadAsync("large", large, "file"));
    }

    [Fact]
    public async Task What_is_not_written_leaves_nothing()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc");
        await using (var broken = engine.Database.BeginUpload(Engine.Binary))
        {
            await broken.WriteAsync(Engine.Bytes(700_000), CancellationToken.None);
            engine.Check(uploads: true);
        }

        engine.Check();
        (await engine.UploadAsync(Engine.Bytes(700_000))).Dispose();
        engine.Check();
        Assert.Equal(DocumentError.Conflict, await engine.RefusedAsync("doc", default, attachments: await engine.AttachAsync("file", Engine.Bytes(700_000))));
        engine.Check();
        await engine.MergeAsync("doc", [first.ToString()], "{}", false, await engine.AttachAsync("file", Engine.Bytes(700_000)));
        engine.Check();
        Assert.Equal(0, Blobs(engine));
    }

    [Fact]
    public async Task Content_that_nobody_may_delete_is_deleted_at_the_next_start()
    {
        await using var engine = await Engine.CreateAsync();
        var content = await engine.UploadAsync(Engine.Bytes(700_000));
        engine.Store.FailCommits = _ => true;
        content.Dispose();
        engine.Store.FailCommits = null;
        engine.Check(uploads: true);
        Assert.Equal(1, Blobs(engine));
        await engine.RestartAsync();
        Assert.Equal(0, Blobs(engine));
        engine.Check();
    }

    [Fact]
    public async Task An_attachment_that_is_too_large_is_refused()
    {
        await using var engine = await Engine.CreateAsync(new EngineOptions { Limits = static () => new DocumentLimits { MaxAttachmentSize = 200_000 } });
        await using (var upload = engine.Database.BeginUpload(Engine.Binary))
        {
            await upload.WriteAsync(Engine.Bytes(200_000), CancellationToken.None);
            var refused = await Assert.ThrowsAsync<DocumentException>(() => upload.WriteAsync(new byte[1], CancellationToken.None).AsTask());
            Assert.Equal(413, refused.Error.Status);
        }

        engine.Check();
    }

    [Fact]
    public async Task A_write_that_nobody_waits_for_any_more_keeps_its_content()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        var bytes = Engine.Bytes(700_000);
        using var cancellation = new CancellationTokenSource();
        var write = Engine.Prepare("doc", default, attachments: await engine.AttachAsync("file", bytes));
        var writing = engine.Database.WriteAsync([write], WriteMode.Interactive, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        write.Dispose();
        scheduler.Run();
        Assert.Equal(bytes, await engine.ReadAsync("doc", engine.Database.Find("doc")!.Winner.Revision, "file"));
        engine.Check();

        // And one that comes to nothing drops it after all.
        write = Engine.Prepare("doc", default, attachments: await engine.AttachAsync("file", Engine.Bytes(700_000, 1)));
        writing = engine.Database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
        write.Dispose();
        engine.Check(uploads: true);
        scheduler.Run();
        Assert.Equal(DocumentError.Conflict, (await writing)[0].Error);
        engine.Check();
    }

    [Fact]
    public async Task Content_whose_last_owner_goes_while_another_write_of_it_waits_is_there()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        var bytes = Engine.Bytes(700_000);
        var first = Run(scheduler, engine.PutAsync("first", attachments: await engine.AttachAsync("file", bytes)));
        var revision = await first;
        var purge = engine.Database.PurgeAsync([new PurgeRequest("first", [revision])], CancellationToken.None);
        var second = engine.PutAsync("second", attachments: await engine.AttachAsync("file", bytes));
        var third = engine.PutAsync("third", attachments: await engine.AttachAsync("file", bytes));
        scheduler.Run();
        await Task.WhenAll(purge, second, third);
        engine.Check();
        Assert.Equal(bytes, await engine.ReadAsync("second", await second, "file"));
        Assert.Equal(1, Blobs(engine));
    }

    [Fact]
    public async Task A_reader_goes_on_where_content_was_dropped_and_stored_anew_and_is_told_where_it_was_not()
    {
        await using var engine = await Engine.CreateAsync();
        var bytes = Engine.Bytes(5 * Chunk);
        var first = await engine.PutAsync("first", attachments: await engine.AttachAsync("file", bytes));
        using var stored = engine.Database.Read("first", first)!;
        var read = new List<byte>();
        await using var pieces = engine.Database.ReadContentAsync(stored.Attachments[0], 0, bytes.Length, CancellationToken.None)
            .GetAsyncEnumerator(CancellationToken.None);
        await ReadOneAsync(pieces, read);
        await engine.Database.PurgeAsync([new PurgeRequest("first", [first])], CancellationToken.None);
        var second = await engine.PutAsync("second", attachments: await engine.AttachAsync("file", bytes));
        await ReadOneAsync(pieces, read);
        await ReadOneAsync(pieces, read);
        Assert.Equal(bytes[..(3 * Chunk)], read);
        await engine.Database.PurgeAsync([new PurgeRequest("second", [second])], CancellationToken.None);
        var told = await Assert.ThrowsAsync<DocumentException>(() => pieces.MoveNextAsync().AsTask());
        Assert.Equal(404, told.Error.Status);
        told = await Assert.ThrowsAsync<DocumentException>(() => engine.ReadAsync(stored.Attachments[0], 0, 1));
        Assert.Equal(404, told.Error.Status);
    }

    [Fact]
    public async Task Damaged_content_is_told_and_does_not_turn_for_ever()
    {
        await using var engine = await Engine.CreateAsync();
        var revision = await engine.PutAsync("doc", attachments: await engine.AttachAsync("file", Engine.Bytes(3 * Chunk)));
        var keys = new List<byte[]>();
        using (var chunks = engine.Store.Scan(Keyspace.Attachments, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]))
        {
            while (chunks.MoveNext())
            {
                keys.Add(chunks.Key.ToArray());
            }
        }

        using var batch = engine.Store.CreateBatch();
        batch.Put(Keyspace.Attachments, keys[1], Engine.Bytes(10));
        engine.Store.Commit(batch, sync: true);
        await Assert.ThrowsAsync<InvalidDataException>(() => engine.ReadAsync("doc", revision, "file"));
        batch.Clear();
        batch.Delete(Keyspace.Attachments, keys[1]);
        engine.Store.Commit(batch, sync: true);
        await Assert.ThrowsAsync<InvalidDataException>(() => engine.ReadAsync("doc", revision, "file"));
    }

    [Fact]
    public async Task Uploads_writes_and_removals_of_few_contents_on_many_threads_agree_in_the_end()
    {
        await using var engine = await Engine.CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            var revision = default(RevisionId);
            for (var i = 0; i < 60; i++)
            {
                var content = Engine.Bytes(random.Next(3) * 150_000, random.Next(2));
                var attachment = await engine.AttachAsync("file", content);
                switch (random.Next(6))
                {
                    case 0:
                        attachment.Content!.Dispose();
                        break;
                    case 1 when !revision.IsNone:
                        await engine.Database.PurgeAsync([new PurgeRequest("doc" + worker, [revision])], CancellationToken.None);
                        revision = await engine.PutAsync("doc" + worker, attachments: attachment);
                        break;
                    case 2:
                        await engine.RefusedAsync("doc" + worker, Engine.Rev("7-abc"), attachments: attachment);
                        await engine.Database.CompactAsync(CancellationToken.None);
                        break;
                    default:
                        revision = await engine.PutAsync("doc" + worker, revision, attachments: attachment);
                        Assert.Equal(content, await engine.ReadAsync("doc" + worker, revision, "file"));
                        break;
                }
            }
        })));
        engine.Check();
        engine.LosePower(new Random(1));
        engine.Check();
    }

    private static async Task<RevisionId> Run(ManualScheduler scheduler, Task<RevisionId> writing)
    {
        scheduler.Run();
        return await writing;
    }

    private static async Task ReadOneAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> pieces, List<byte> into)
    {
        Assert.True(await pieces.MoveNextAsync());
        into.AddRange(pieces.Current.Span);
    }

    private static int Blobs(Engine engine)
    {
        var blobs = new HashSet<string>();
        using var chunks = engine.Store.Scan(Keyspace.Attachments, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        while (chunks.MoveNext())
        {
            blobs.Add(Convert.ToHexString(chunks.Key[..12]));
        }

        return blobs.Count;
    }

    private static byte[] Unzip(byte[] gzip)
    {
        using var output = new MemoryStream();
        using (var input = new System.IO.Compression.GZipStream(new MemoryStream(gzip), System.IO.Compression.CompressionMode.Decompress))
        {
            input.CopyTo(output);
        }

        return output.ToArray();
    }

    private static async Task<AttachmentInfo> UploadAsync(Engine engine, byte[] packed, long? said)
    {
        await using var upload = engine.Database.BeginUpload("text/plain", ContentEncoding.Gzip, said);
        await upload.WriteAsync(packed, CancellationToken.None);
        var content = await upload.CompleteAsync(CancellationToken.None);
        var id = "doc-" + Convert.ToHexString(content.ContentId.Span);
        var revision = await engine.PutAsync(id, attachments: new AttachmentWrite("file", "text/plain", content));
        using var stored = engine.Database.Read(id, revision)!;
        engine.Check();
        return stored.Attachments[0];
    }

    private static byte[] Zip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
