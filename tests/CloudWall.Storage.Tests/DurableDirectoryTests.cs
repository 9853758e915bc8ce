namespace CloudWall.Storage.Tests;

public sealed class DurableDirectoryTests
{
    [Fact]
    public void Makes_a_directory_and_those_above_it()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "a", "b");
        DurableDirectory.Create(path);
        DurableDirectory.Create(path);
        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public void Refuses_a_directory_where_a_file_is()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "a");
        File.WriteAllText(path, "");
        Assert.ThrowsAny<IOException>(() => DurableDirectory.Create(path));
    }

    [Fact]
    public void Writes_a_file_as_a_whole_and_leaves_nothing_beside_it()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "a");
        DurableDirectory.Replace(path, "long content"u8);
        DurableDirectory.Replace(path, "short"u8);
        Assert.Equal("short", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(directory.Path));
    }
}
