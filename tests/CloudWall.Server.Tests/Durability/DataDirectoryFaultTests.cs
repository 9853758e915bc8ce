using CloudWall.Node.Disk;
using CloudWall.Settings;

namespace CloudWall.Server.Tests.Durability;

/// <summary>
/// Review, attack 18 and 19: a data directory that is open to others, cannot be written, or has a broken <c>local.ini</c>.
/// </summary>
public sealed class DataDirectoryFaultTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Home => Path.Combine(_directory.Path, "home");

    private string LocalIni => Path.Combine(Home, "local.ini");

    [Fact]
    public async Task A_directory_that_others_can_read_is_named_in_the_log()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("There are no such rights on Windows.");
            return;
        }

        await (await DurableNode.StartAsync(Home)).DisposeAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Home));
        File.SetUnixFileMode(Home, File.GetUnixFileMode(Home) | UnixFileMode.GroupRead | UnixFileMode.OtherExecute);
        var node = await DurableNode.StartAsync(Home);
        await node.DisposeAsync();
        Assert.Contains($"The data directory {Home} is open to other users", node.Log.ToString(), StringComparison.Ordinal);
        Assert.Contains("chmod 700", node.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_not_taken_for_one_in_use()
    {
        using var disk = TinyDisk.Mount(megabytes: 4);
        var home = Path.Combine(disk.Path, "home");
        DataDirectory.Open(home).Dispose();
        disk.MakeReadOnly();
        var refusal = Assert.Throws<ConfigurationException>(() => DataDirectory.Open(home));
        Assert.DoesNotContain("in use", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(home, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>What the system refuses says nothing of the indexes: they may be whole, and are not deleted.</summary>
    [Fact]
    public async Task Indexes_that_the_system_refuses_are_left_as_they_are()
    {
        using var disk = TinyDisk.Mount(megabytes: 16);
        await (await DurableNode.StartAsync(Home)).DisposeAsync();
        var indexes = Path.Combine(Home, "indexes");
        DurableNode.Copy(indexes, Path.Combine(disk.Path, "indexes"));
        Directory.Delete(indexes, recursive: true);
        Directory.CreateSymbolicLink(indexes, Path.Combine(disk.Path, "indexes"));
        disk.MakeReadOnly();

        var refusal = await Assert.ThrowsAsync<ConfigurationException>(() => DurableNode.StartAsync(Home));

        Assert.StartsWith($"The indexes in {indexes} cannot be opened, and are left as they are: ", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(indexes, "CURRENT")));
        Assert.EndsWith("ended", (await File.ReadAllTextAsync(Path.Combine(Home, "starts"), TestContext.Current.CancellationToken)).Trim(), StringComparison.Ordinal);
        Assert.StartsWith("0 ", await File.ReadAllTextAsync(Path.Combine(Home, "starts"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_has_lost_its_databases_says_so()
    {
        var first = await DurableNode.StartAsync(Home);
        await first.DisposeAsync();
        Assert.DoesNotContain("no databases any more", first.Log.ToString(), StringComparison.Ordinal);
        Directory.Delete(Path.Combine(Home, "store"), recursive: true);
        Directory.Delete(Path.Combine(Home, "indexes"), recursive: true);
        File.Delete(Path.Combine(Home, "synced"));

        var node = await DurableNode.StartAsync(Home);
        await node.DisposeAsync();

        Assert.Contains("The node was used before, but there are no databases any more", node.Log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[couchdb]\nuuid = 0123456789abcdef0123456789abcdef\nrubbish\n", "Line 3")]
    [InlineData("[couchdb\nuuid = 0123456789abcdef0123456789abcdef\n", "Line 1")]
    [InlineData("uuid = 0123456789abcdef0123456789abcdef\n", "Line 1")]
    [InlineData("[couchdb]\nuuid = 01234\0\0\0\0\n", "Line 2")]
    [InlineData("\0\0\0\0\0\0\0\0", "Line 1")]
    [InlineData("[couchdb]\nuuid = 0123\xff\xfe\n", "not valid UTF-8")]
    public async Task A_broken_local_ini_is_refused_with_its_line_and_left_as_it_is(string text, string named)
    {
        Directory.CreateDirectory(Home);
        var bytes = System.Text.Encoding.Latin1.GetBytes(text);
        await File.WriteAllBytesAsync(LocalIni, bytes, TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<ConfigurationException>(
            () => NodeServer.StartAsync(DurableNode.Options(Home), TestContext.Current.CancellationToken));
        Assert.Contains(LocalIni, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(LocalIni, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_local_ini_that_is_gone_is_named_in_the_log(string? left)
    {
        string id;
        await using (var first = await DurableNode.StartAsync(Home))
        {
            id = first.Node.Identity.Id;
        }

        File.Delete(LocalIni);
        if (left is not null)
        {
            await File.WriteAllTextAsync(LocalIni, left, TestContext.Current.CancellationToken);
        }

        var node = await DurableNode.StartAsync(Home);
        await node.DisposeAsync();
        Assert.NotEqual(id, node.Node.Identity.Id);
        Assert.Contains("The node was used before", node.Log.ToString(), StringComparison.Ordinal);
        Assert.Contains(LocalIni, node.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_CouchDB_passes_over_in_other_files_are_passed_over_and_named()
    {
        var file = Path.Combine(_directory.Path, "more.ini");
        const string Text = "; comment\n# comment\n[log]\nlevel = warning ; inline\nwriter =\nrubbish\n";
        await File.WriteAllTextAsync(file, Text, TestContext.Current.CancellationToken);
        var log = new StringWriter();
        await (await NodeServer.StartAsync(DurableNode.Options(Home) with { ConfigurationFile = file, Log = log }, TestContext.Current.CancellationToken)).DisposeAsync();
        Assert.Contains($"Line 6 of the configuration file {file}", log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Line 2", log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Line 5", log.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();
}
