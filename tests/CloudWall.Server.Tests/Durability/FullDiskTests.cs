using System.Globalization;
using System.Security.Cryptography;
using CloudWall.Server.Tests.Endpoints;
using CloudWall.Settings;

namespace CloudWall.Server.Tests.Durability;

/// <summary>Review, attack 12: a full disk is told in CouchDB's words, deletions and compaction go on, and a node starts on it.</summary>
public sealed class FullDiskTests
{
    private const int Reserve = 8 << 20;

    private static readonly (string, string, string)[] Settings =
    [
        ("cloudwall", "disk_reserve", Reserve.ToString(CultureInfo.InvariantCulture)),
        ("couchdb", "max_document_size", "infinity"),
    ];

    [Fact]
    public async Task Where_its_own_writes_have_filled_the_disk_deletions_and_compaction_make_room()
    {
        using var disk = TinyDisk.Mount(megabytes: 96);
        var node = await DurableNode.StartAsync(Path.Combine(disk.Path, "data"), Settings);
        await using (node)
        {
            await node.PutAsync("big");
            await node.PutAsync("small");
            await node.PutAsync("small/_design/d", """{"views":{"v":{"map":"function (doc) { emit(doc._id, 1); }"}}}""");
            Assert.Equal(200, (await node.SendAsync(HttpMethod.Get, "small/_design/d/_view/v")).Status);
            var first = (string)(await node.PutAsync("small/first", "{}")).Answer!["rev"]!;
            var rev = string.Empty;
            var (status, answer) = (201, (System.Text.Json.Nodes.JsonNode?)null);
            for (var n = 0; n < 400 && status == 201; n++)
            {
                (status, answer) = await node.PutAsync($"big/{n}", Random(500_000));
                rev = n == 0 ? (string)answer!["rev"]! : rev;
            }

            Assert.Equal((507, "insufficient_storage"), (status, (string)answer!["error"]!));
            Assert.Equal("disk_full", (string)(await node.GetAsync("_up"))["status"]!);

            // Every way in is told the same.
            await RefusedAsync(HttpMethod.Put, "more");
            await RefusedAsync(HttpMethod.Put, "small/more", "{}");
            await RefusedAsync(HttpMethod.Put, "small/attached/file", "\"text\"");
            await RefusedAsync(HttpMethod.Put, "small/_local/mine", "{}");
            await RefusedAsync(HttpMethod.Post, "small", "{}");
            await RefusedAsync(HttpMethod.Post, "small/_bulk_docs", """{"docs":[{"_id":"a"}]}""");
            await RefusedAsync(HttpMethod.Post, "small/_bulk_docs", """{"new_edits":false,"docs":[{"_id":"a","_rev":"1-a"}]}""");
            await RefusedAsync(HttpMethod.Get, "small/_design/d/_view/v");

            // What is there is read, and what is up to date is asked.
            Assert.Equal(500_000, ((string)(await node.GetAsync("big/0"))["x"]!).Length);
            Assert.Empty((await node.GetAsync("small/_design/d/_view/v?update=false"))["rows"]!.AsArray());

            Assert.Equal(200, (await node.SendAsync(HttpMethod.Delete, "big/0?rev=" + rev)).Status);
            var deletion = $$"""{"docs":[{"_id":"first","_rev":"{{first}}","_deleted":true}]}""";
            Assert.Equal(201, (await node.SendAsync(HttpMethod.Post, "small/_bulk_docs", deletion)).Status);
            Assert.Equal(201, (await node.SendAsync(HttpMethod.Post, "big/_purge", """{"1":["1-a"]}""")).Status);
            Assert.Equal(202, (await node.SendAsync(HttpMethod.Post, "big/_compact", "{}")).Status);
            Assert.Equal(201, (await node.SendAsync(HttpMethod.Post, "big/_ensure_full_commit", "{}")).Status);
            Assert.Equal(200, (await node.SendAsync(HttpMethod.Delete, "big")).Status);
            await UntilWrittenAsync(node, "small/more");
            await UntilAsync(async () => (string)(await node.GetAsync("_up"))["status"]! == "ok");
            Assert.Single((await node.GetAsync("small/_design/d/_view/v"))["rows"]!.AsArray());
        }

        Assert.True(node.Server.HasEndedInOrder, node.Log.ToString());
        Assert.Contains("is full", node.Log.ToString(), StringComparison.Ordinal);
        Assert.Contains("There is room again", node.Log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", node.Log.ToString(), StringComparison.Ordinal);

        async Task RefusedAsync(HttpMethod method, string path, string? body = null)
        {
            var (refused, why) = await node.SendAsync(method, path, body);
            Assert.Equal((path, 507, "insufficient_storage"), (path, refused, (string?)why?["error"]));
        }
    }

    [Fact]
    public async Task Where_others_have_filled_the_disk_what_was_held_back_serves_deletions_and_the_next_start()
    {
        using var disk = TinyDisk.Mount(megabytes: 64);
        var data = Path.Combine(disk.Path, "data");
        var revisions = new List<string>();
        await using (var node = await DurableNode.StartAsync(data, Settings))
        {
            Assert.Equal(Reserve, new FileInfo(Path.Combine(data, "reserve")).Length);
            await node.PutAsync("db");
            for (var n = 0; n < 10; n++)
            {
                revisions.Add((string)(await node.PutAsync($"db/{n}", "{}")).Answer!["rev"]!);
            }

            disk.Fill();
            await UntilAsync(async () => (await node.PutAsync("db/more", "{}")).Status == 507);
            Assert.Equal(200, (await node.SendAsync(HttpMethod.Delete, "db/0?rev=" + revisions[0])).Status);
            Assert.False(File.Exists(Path.Combine(data, "reserve")));
        }

        var again = await DurableNode.StartAsync(data, Settings);
        await using (again)
        {
            Assert.Equal(404, (await again.SendAsync(HttpMethod.Get, "db/0")).Status);

            // The start itself has given some room back.
            disk.Fill();
            await UntilAsync(async () => (await again.PutAsync("db/still-more", "{}")).Status == 507);
            Assert.Equal(200, (await again.SendAsync(HttpMethod.Delete, "db/1?rev=" + revisions[1])).Status);

            // Nothing is started anew when there is room, and the room is held again.
            disk.Empty();
            Assert.Equal(201, (await again.PutAsync("db/yet-more", "{}")).Status);
            Assert.Equal(Reserve, new FileInfo(Path.Combine(data, "reserve")).Length);
        }

        Assert.DoesNotContain("   at ", again.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_is_full_to_the_last_byte_is_named_and_nothing_that_was_acknowledged_is_lost()
    {
        using var disk = TinyDisk.Mount(megabytes: 64);
        var data = Path.Combine(disk.Path, "data");
        var written = 0;
        var node = await DurableNode.StartAsync(data, ("cloudwall", "disk_reserve", "0"), ("couchdb", "max_document_size", "infinity"));
        await using (node)
        {
            await node.PutAsync("db");
            disk.Fill();
            var (status, answer) = (201, (System.Text.Json.Nodes.JsonNode?)null);
            for (var n = 0; n < 100 && status == 201; n++)
            {
                (status, answer) = await node.PutAsync($"db/{n}", Random(1_000_000));
                written += status == 201 ? 1 : 0;
            }

            Assert.Equal((507, "insufficient_storage"), (status, (string)answer!["error"]!));
            Assert.Equal(507, (await node.SendAsync(HttpMethod.Post, "db/_bulk_docs", """{"docs":[{"_id":"a"}]}""")).Status);
        }

        Assert.Contains("No space left on device", node.Log.ToString(), StringComparison.Ordinal);
        disk.Fill();
        try
        {
            await using var full = await DurableNode.StartAsync(data, ("cloudwall", "disk_reserve", "0"));
            Assert.Equal(written, (int)(await full.GetAsync("db"))["doc_count"]!);
        }
        catch (ConfigurationException refusal)
        {
            Assert.Contains("No space left on device", refusal.Message, StringComparison.Ordinal);
        }

        disk.Empty();
        await using var again = await DurableNode.StartAsync(data);
        Assert.Equal(written, (int)(await again.GetAsync("db"))["doc_count"]!);
        await UntilWrittenAsync(again, "db/more");
    }

    /// <summary>Uploads, and what is put aside of long bulks, come in pieces: one of them finds the disk full.</summary>
    [Theory]
    [InlineData("upload")]
    [InlineData("bulk")]
    public async Task What_comes_in_pieces_leaves_what_is_held_back_to_deletions(string what)
    {
        // The engine writes what it holds in memory later, 16 MiB at a time. Beside that, half of the reserve must stay free.
        using var disk = TinyDisk.Mount(megabytes: 128);
        var data = Path.Combine(disk.Path, "data");
        var node = await DurableNode.StartAsync(data, ("cloudwall", "disk_reserve", "41943040"));
        await using (node)
        {
            await node.PutAsync("db");
            var revision = (string)(await node.PutAsync("db/first", "{}")).Answer!["rev"]!;
            var (method, path, content) = what == "upload"
                ? (HttpMethod.Put, "db/attached/file", new ByteArrayContent(RandomNumberGenerator.GetBytes(60 << 20)))
                : (HttpMethod.Post, "db/_bulk_docs", (HttpContent)InProcessNode.Json(
                    "{\"docs\":[" + string.Join(',', Enumerable.Range(0, 60).Select(static _ => Random(1 << 20))) + "]}"));
            var (status, answer) = await node.SendContentAsync(method, path, content);

            Assert.Equal((507, "insufficient_storage"), (status, (string?)answer?["error"]));
            Assert.True(File.Exists(Path.Combine(data, "reserve")));
            Assert.Equal(200, (await node.SendAsync(HttpMethod.Delete, "db/first?rev=" + revision)).Status);
        }

        Assert.DoesNotContain("No space left", node.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replication_into_a_full_disk_waits_and_loses_nothing()
    {
        using var disk = TinyDisk.Mount(megabytes: 64);
        await using var source = await InProcessNode.StartAsync();
        await using var node = await DurableNode.StartAsync(
            Path.Combine(disk.Path, "data"), [.. Settings, ("replicator", "max_backoff", "1"), ("replicator", "checkpoint_interval", "1000")]);
        await node.PutAsync("db");
        var far = $"http://admin:secret@{source.Address.Authority}/db";
        var (status, started) = await node.SendAsync(
            HttpMethod.Post, "_replicate", $$"""{"source":"{{far}}","target":"db","continuous":true}""");
        Assert.True(status is 200 or 202, started?.ToJsonString());
        await source.PutAsync("/db/before", "{}");
        await UntilAsync(async () => (await node.SendAsync(HttpMethod.Get, "db/before")).Status == 200);

        disk.Fill();
        await UntilAsync(async () => (await node.PutAsync("db/mine", "{}")).Status == 507);
        for (var i = 0; i < 20; i++)
        {
            await source.PutAsync($"/db/{i}", "{}");
        }

        await UntilAsync(async () => (await node.GetAsync("_scheduler/jobs")).ToJsonString().Contains("insufficient_storage", StringComparison.Ordinal));
        disk.Empty();
        await UntilAsync(async () => (int)(await node.GetAsync("db"))["doc_count"]! >= 21);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await node.SendAsync(HttpMethod.Get, $"db/{i}")).Status);
        }
    }

    /// <summary>A document that cannot be made much smaller.</summary>
    private static string Random(int length) =>
        $$"""{"x":"{{RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_", length)}}"}""";

    /// <summary>Space of what was deleted is returned in the background.</summary>
    private static Task UntilWrittenAsync(DurableNode node, string path) =>
        UntilAsync(async () => (await node.PutAsync(path, "{}")).Status != 507);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(2 * NodeUnderTest.Patience);
        while (!await holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
