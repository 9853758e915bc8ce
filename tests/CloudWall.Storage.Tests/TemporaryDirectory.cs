namespace CloudWall.Storage.Tests;

/// <summary>A directory that goes away with its contents.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cloudwall-storage-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
