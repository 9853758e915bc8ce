namespace CloudWall.Crash.Tests;

/// <summary>A directory that is gone after the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cloudwall-crash-").FullName;

    /// <summary>An empty directory, with room beside it.</summary>
    public string Path => System.IO.Path.Combine(_root, "data");

    /// <summary>A file beside it.</summary>
    public string Beside(string name) => System.IO.Path.Combine(_root, name);

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
