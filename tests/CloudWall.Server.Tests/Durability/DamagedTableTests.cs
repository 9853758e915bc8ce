using System.Security.Cryptography;
using System.Text;
using CloudWall.Server.CommandLine;
using CloudWall.Server.Tests.Limits;
using CloudWall.Settings;

namespace CloudWall.Server.Tests.Durability;

/// <summary>Review, attack 19: one file that was missing stopped all databases.</summary>
public sealed class DamagedTableTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Home => Path.Combine(_directory.Path, "home");

    [Theory]
    [InlineData("missing", "is missing")]
    [InlineData("cut", "bytes of")]
    [InlineData("flipped", "checksum mismatch")]
    public async Task Other_databases_answer_and_what_is_in_a_damaged_file_fails_with_its_name_in_the_log(string how, string said)
    {
        var text = RandomNumberGenerator.GetHexString(2000);
        await using (var node = await DurableNode.StartAsync(Home))
        {
            await FillAsync(node, "hurt", $$"""{"x":"{{text}}"}""");
            await FillAsync(node, "other", """{"x":"other"}""");
            await SlowRequest.UntilAsync(() => TablesWith(text).Length == 1);
        }

        // The table with the bodies of one of them.
        var table = TablesWith(text).Single();
        var content = await File.ReadAllBytesAsync(table, TestContext.Current.CancellationToken);
        switch (how)
        {
            case "missing":
                File.Delete(table);
                break;
            case "cut":
                await File.WriteAllBytesAsync(table, content[..^10], TestContext.Current.CancellationToken);
                break;
            default:
                content[100] ^= 1;
                await File.WriteAllBytesAsync(table, content, TestContext.Current.CancellationToken);
                break;
        }

        var output = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--check", "--data", Home], output, output));
        Assert.Contains(Path.GetFileName(table), output.ToString(), StringComparison.Ordinal);
        Assert.Contains("hurt", output.ToString(), StringComparison.Ordinal);

        var again = await DurableNode.StartAsync(Home);
        await using (again)
        {
            var (status, answer) = await again.SendAsync(HttpMethod.Get, "hurt/0");
            Assert.Equal((500, "file_corruption"), (status, (string)answer!["error"]!));
            Assert.Equal("other", (string)(await again.GetAsync("other/0"))["x"]!);
            Assert.Equal(201, (await again.PutAsync("other/new", "{}")).Status);
            Assert.Equal(200, (await again.SendAsync(HttpMethod.Get, "hurt")).Status);
            Assert.Equal(200, (await again.SendAsync(HttpMethod.Get, "hurt/_all_docs")).Status);
        }

        Assert.Contains(table, again.Log.ToString(), StringComparison.Ordinal);
        Assert.Contains(said, again.Log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", again.Log.ToString(), StringComparison.Ordinal);

        // It is enough to put it back.
        content = await RestoreAsync(table, content, how);
        await using var restored = await DurableNode.StartAsync(Home);
        Assert.Equal(text, (string)(await restored.GetAsync("hurt/0"))["x"]!);
        Assert.NotEmpty(content);
    }

    [Fact]
    public async Task Without_what_is_known_of_databases_the_node_does_not_start_and_names_the_file()
    {
        await using (var node = await DurableNode.StartAsync(Home))
        {
            await FillAsync(node, "db", "{}");
        }

        // A start writes what the log holds to tables.
        await (await DurableNode.StartAsync(Home)).DisposeAsync();
        var tables = Directory.GetFiles(Path.Combine(Home, "store"), "*.sst");
        var meta = tables.First(file => Encoding.Latin1.GetString(File.ReadAllBytes(file)).Contains("default", StringComparison.Ordinal));
        File.Delete(meta);
        var refusal = await Assert.ThrowsAsync<ConfigurationException>(
            () => NodeServer.StartAsync(DurableNode.Options(Home), CancellationToken.None));
        Assert.Contains(Path.GetFileName(meta), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("backup", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>The tables that hold a text; none of them where the store puts new ones into their places just now.</summary>
    private string[] TablesWith(string text)
    {
        try
        {
            return [.. Directory.GetFiles(Path.Combine(Home, "store"), "*.sst")
                .Where(file => Encoding.Latin1.GetString(File.ReadAllBytes(file)).Contains(text[..40], StringComparison.Ordinal))];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    private static async Task<byte[]> RestoreAsync(string table, byte[] content, string how)
    {
        if (how == "flipped")
        {
            content[100] ^= 1;
        }

        await File.WriteAllBytesAsync(table, content);
        return content;
    }

    private static async Task FillAsync(DurableNode node, string database, string document)
    {
        await node.PutAsync(database);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(201, (await node.PutAsync($"{database}/{i}", document)).Status);
        }

        // Its data goes into tables of its own.
        Assert.Equal(202, (await node.SendAsync(HttpMethod.Post, database + "/_compact", "{}")).Status);
        using var patience = new CancellationTokenSource(Endpoints.NodeUnderTest.Patience);
        while ((bool)(await node.GetAsync(database))["compact_running"]!)
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
