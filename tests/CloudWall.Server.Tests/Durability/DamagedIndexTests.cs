using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Server.CommandLine;

namespace CloudWall.Server.Tests.Durability;

/// <summary>Indexes can be made anew, so that damage to their files costs time only.</summary>
public sealed class DamagedIndexTests : IDisposable
{
    private const int Documents = 2000;
    private const int Attempts = 3;

    private readonly TemporaryDirectory _directory = new();

    private string Home => Path.Combine(_directory.Path, "home");

    private string Indexes => Path.Combine(Home, "indexes");

    [Theory]
    [InlineData("*.sst", "garbled", "checksum mismatch")]
    [InlineData("*.sst", "rows garbled", "checksum mismatch")]
    [InlineData("*.sst", "missing", ".sst")]
    [InlineData("*.sst", "cut", ".sst")]
    [InlineData("CURRENT", "garbled", "CURRENT")]
    [InlineData("CURRENT", "missing", "CURRENT")]
    [InlineData("MANIFEST-*", "garbled", "MANIFEST")]
    [InlineData("MANIFEST-*", "missing", "MANIFEST")]
    public async Task A_damaged_index_is_named_and_made_anew(string pattern, string how, string said)
    {
        await FillAsync();
        Assert.Equal(0, (await CheckAsync()).Status);
        foreach (var file in Directory.GetFiles(Indexes, pattern))
        {
            Damage(file, how);
        }

        var (found, findings) = await CheckAsync();
        Assert.Equal(1, found);
        Assert.Contains(said, findings, StringComparison.Ordinal);
        Assert.Contains($"{Indexes} may be deleted", findings, StringComparison.Ordinal);

        var log = string.Empty;
        var isRight = false;
        for (var start = 1; start <= 2 && !isRight; start++)
        {
            var node = await DurableNode.StartAsync(Home);
            await using (node)
            {
                // A query that has begun is cut off; the next finds another index.
                isRight = await IsRightAsync(node, "db/_design/d/_view/v") && await IsRightAsync(node, "db/_design/d/_view/v?descending=true");
            }

            // Where the engine itself has met the damage it writes nothing more until it is started again.
            log += node.Log.ToString();
            Assert.True(isRight || log.Contains("made anew when the node is started next", StringComparison.Ordinal), log);
        }

        Assert.True(isRight, log);
        Assert.Matches("The indexes in .* are damaged, and are made anew|An index of db is damaged, and is made anew", log);
        Assert.Equal(0, (await CheckAsync()).Status);
    }

    [Fact]
    public async Task A_build_that_meets_damage_begins_anew_and_who_waits_gets_the_right_answer()
    {
        await FillAsync();
        foreach (var file in Directory.GetFiles(Indexes, "*.sst"))
        {
            Damage(file, "rows garbled");
        }

        await using var node = await DurableNode.StartAsync(Home);
        for (var i = 0; i < Documents; i += 10)
        {
            var id = i.ToString("d5", CultureInfo.InvariantCulture);
            var revision = (string)(await node.GetAsync("db/" + id))["_rev"]!;
            Assert.Equal(201, (await node.PutAsync($"db/{id}?rev={revision}", "{}")).Status);
        }

        Assert.Equal(Documents, (int)(await node.GetAsync("db/_design/d/_view/v?limit=1"))["total_rows"]!);
        Assert.Equal(Documents, (int)(await node.GetAsync("db/_design/d/_view/r"))["rows"]![0]!["value"]!);
    }

    [Fact]
    public async Task Indexes_that_could_not_be_mended_are_made_anew_at_the_next_start()
    {
        await FillAsync();
        await File.WriteAllBytesAsync(Path.Combine(Indexes, "damaged"), [], TestContext.Current.CancellationToken);
        var node = await DurableNode.StartAsync(Home);
        await using (node)
        {
            Assert.Equal(0, (int)(await node.GetAsync("db/_design/d/_info"))["view_index"]!["sizes"]!["external"]!);
            Assert.Equal(Documents, (int)(await node.GetAsync("db/_design/d/_view/v?limit=1"))["total_rows"]!);
        }

        Assert.Contains("made anew", node.Log.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Indexes, "damaged")));
    }

    public void Dispose() => _directory.Dispose();

    private static void Damage(string file, string how)
    {
        var bytes = File.ReadAllBytes(file);
        switch (how)
        {
            case "missing":
                File.Delete(file);
                return;
            case "cut":
                File.WriteAllBytes(file, bytes[..^10]);
                return;
            case "rows garbled":
                // What the engine reads to open a file stands at its end.
                for (var i = 100; i < bytes.Length * 3 / 4; i += 512)
                {
                    bytes[i] ^= 16;
                }

                break;
            default:
                bytes[bytes.Length / 2] ^= 16;
                break;
        }

        File.WriteAllBytes(file, bytes);
    }

    private static async Task<bool> IsRightAsync(DurableNode node, string path)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                using var answer = await node.Client.GetAsync(path, TestContext.Current.CancellationToken);
                var json = JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))!;
                if ((int)answer.StatusCode == 200)
                {
                    Assert.Equal(Documents, json["rows"]!.AsArray().Count);
                    return true;
                }

                Assert.Equal((500, "file_corruption"), ((int)answer.StatusCode, (string)json["error"]!));
            }
            catch (HttpRequestException)
            {
                // It was cut off.
            }
        }

        return false;
    }

    private async Task<(int Status, string Text)> CheckAsync()
    {
        var output = new StringWriter();
        return (await Application.RunAsync(["--check", "--data", Home], output, output), output.ToString());
    }

    private async Task FillAsync()
    {
        await using var node = await DurableNode.StartAsync(Home);
        await node.PutAsync("db");
        var text = new StringBuilder("{\"docs\":[");
        for (var i = 0; i < Documents; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(
                CultureInfo.InvariantCulture, $"{{\"_id\":\"{i:d5}\",\"x\":\"{RandomNumberGenerator.GetHexString(100)}\"}}");
        }

        Assert.Equal(201, (await node.SendAsync(HttpMethod.Post, "db/_bulk_docs", text.Append("]}").ToString())).Status);
        Assert.Equal(201, (await node.PutAsync("db/_design/d", """
            {"views":{"v":{"map":"function (doc) { emit(doc._id, doc.x); }"},"r":{"map":"function (doc) { emit(doc._id, 1); }","reduce":"_sum"} } }
            """)).Status);
        Assert.Equal(Documents, (int)(await node.GetAsync("db/_design/d/_view/v?limit=1"))["total_rows"]!);
    }
}
