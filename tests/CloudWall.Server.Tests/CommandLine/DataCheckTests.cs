using CloudWall.Documents.Databases;
using CloudWall.Node;
using CloudWall.Server.CommandLine;
using CloudWall.Server.Tests.Durability;
using CloudWall.Settings;
using CloudWall.Storage;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Server.Tests.CommandLine;

public sealed class DataCheckTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Whole_data_agrees_and_a_missing_state_is_named()
    {
        await FillAsync();
        var output = new StringWriter();
        Assert.Equal(0, await Application.RunAsync(["--check", "--data", _directory.Path], output, output));
        Assert.Contains("3 databases, all agree", output.ToString(), StringComparison.Ordinal);

        using (var store = RocksDbStore.Open(Path.Combine(_directory.Path, "store"), new RocksDbOptions()))
        {
            using var batch = store.CreateBatch();
            batch.Delete(Keyspace.Meta, [4, 0, 0, 0, 3]);
            store.Commit(batch, sync: true);
        }

        output = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--check", "--data", _directory.Path], output, output));
        Assert.Contains("notes: its state is missing", output.ToString(), StringComparison.Ordinal);

        var refusal = await Assert.ThrowsAsync<ConfigurationException>(StartAsync);
        Assert.Contains(_directory.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("The database notes is damaged", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Review, attack 19: settings that are damaged or gone are found, too.</summary>
    [Fact]
    public async Task Settings_that_are_damaged_or_gone_are_named()
    {
        await FillAsync();
        var file = Path.Combine(_directory.Path, "local.ini");
        await File.AppendAllTextAsync(file, "rubbish\n", TestContext.Current.CancellationToken);
        var output = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--check", "--data", _directory.Path], output, output));
        Assert.Matches("local.ini: line [0-9]+ is no setting", output.ToString());

        File.Delete(file);
        output = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--check", "--data", _directory.Path], output, output));
        Assert.Contains("local.ini is missing", output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What a start would refuse or miss, the check finds, too.</summary>
    [Theory]
    [InlineData("[chttpd]\nmax_connections = -5\n", "max_connections")]
    [InlineData("[replicator]\nmax_jobs = many\n", "max_jobs")]
    [InlineData("", "has no node id")]
    public async Task Settings_that_a_start_would_refuse_or_miss_are_named(string settings, string named)
    {
        await FillAsync();
        var file = Path.Combine(_directory.Path, "local.ini");
        var kept = settings.Length == 0 ? "" : await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, kept + settings, TestContext.Current.CancellationToken);
        var output = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--check", "--data", _directory.Path], output, output));
        Assert.Contains(named, output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 findings", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_without_data_is_not_made_into_one()
    {
        var path = Path.Combine(_directory.Path, "nothing");
        var output = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--check", "--data", path], output, output));
        Assert.Contains("holds no data", output.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(path));
    }

    /// <summary>A backup may be on a disk that cannot be written.</summary>
    [Fact]
    public async Task Data_that_cannot_be_written_is_checked()
    {
        await FillAsync();
        using var disk = TinyDisk.Mount(megabytes: 16);
        var backup = Path.Combine(disk.Path, "backup");
        DurableNode.Copy(_directory.Path, backup);
        disk.MakeReadOnly();
        var output = new StringWriter();
        Assert.Equal(0, await Application.RunAsync(["--check", "--data", backup], output, output));
        Assert.Contains("3 databases, all agree", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_a_running_node_is_not_checked()
    {
        await using var node = await StartAsync();
        var output = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--check", "--data", _directory.Path], output, output));
        Assert.Contains("in use by another node", output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What a start refuses is no agreement.</summary>
    [Fact]
    public async Task A_store_that_is_missing_and_indexes_that_are_a_file_are_named()
    {
        await FillAsync();
        var indexes = Path.Combine(_directory.Path, "indexes");
        Directory.Delete(indexes, recursive: true);
        await File.WriteAllTextAsync(indexes, "x", TestContext.Current.CancellationToken);
        var output = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--check", "--data", _directory.Path], output, output));
        Assert.Contains("the indexes are damaged (there is a file in place of the directory)", output.ToString(), StringComparison.Ordinal);

        var store = Path.Combine(_directory.Path, "store");
        Directory.Delete(store, recursive: true);
        output = new StringWriter();
        Assert.Equal(1, await Application.RunAsync(["--check", "--data", _directory.Path], output, output));
        Assert.Contains($"there is no {store}", output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private async Task FillAsync()
    {
        await using var node = await StartAsync();
        await node.Node.Databases.CreateAsync("notes", new DatabaseOptions(), CancellationToken.None);
    }

    private Task<NodeServer> StartAsync() => NodeServer.StartAsync(new NodeOptions
    {
        DataDirectory = _directory.Path,
        Admin = ("admin", "secret"),
        Settings = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10")],
    });
}
