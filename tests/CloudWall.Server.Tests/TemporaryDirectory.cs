namespace CloudWall.Server.Tests;

/// <summary>A directory for one test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cloudwall-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
