using CloudWall.Node.Disk;
using CloudWall.Server.Tests;
using CloudWall.Settings;

namespace CloudWall.Node.Tests.Disk;

public sealed class DataDirectoryTests
{
    [Fact]
    public void Is_made_and_marked_with_its_format()
    {
        using var parent = new TemporaryDirectory();
        var path = Path.Combine(parent.Path, "a", "b");
        using (DataDirectory.Open(path))
        {
            Assert.Equal("1\n", File.ReadAllText(Path.Combine(path, "FORMAT")));
        }

        using (DataDirectory.Open(path))
        {
            Assert.False(File.Exists(Path.Combine(path, "local.ini")));
        }
    }

    [Fact]
    public void Serves_one_node_at_a_time()
    {
        using var directory = new TemporaryDirectory();
        using (DataDirectory.Open(directory.Path))
        {
            var refusal = Assert.Throws<ConfigurationException>(() => DataDirectory.Open(directory.Path));
            Assert.Equal($"The data directory {directory.Path} is in use by another node (process {Environment.ProcessId}).", refusal.Message);
        }

        DataDirectory.Open(directory.Path).Dispose();
    }

    [Theory]
    [InlineData("2", "newer CloudWall (format 2; this one reads up to 1)")]
    [InlineData("x", "was not written by CloudWall: its file FORMAT says \"x\"")]
    public void Refuses_a_format_that_it_does_not_know_and_touches_nothing(string format, string message)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(directory.Path, "FORMAT"), format);
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => DataDirectory.Open(directory.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(["FORMAT"], Directory.GetFileSystemEntries(directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Refuses_what_is_no_directory()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "file");
        File.WriteAllText(file, "x");
        Assert.StartsWith(
            $"The data directory {file} cannot be used: ", Assert.Throws<ConfigurationException>(() => DataDirectory.Open(file)).Message, StringComparison.Ordinal);
    }
}
