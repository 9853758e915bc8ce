using System.Security.Cryptography;
using CloudWall.Mesh.Identity;
using CloudWall.Server.Tests;

namespace CloudWall.Mesh.Tests.Identity;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class KeyFileTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();

    private string File => System.IO.Path.Combine(_directory.Path, "key.pem");

    [Fact]
    public void The_key_of_the_first_start_stays_and_its_owner_alone_can_read_it()
    {
        using var first = KeyFile.Open(File, out _);
        using var again = KeyFile.Open(File, out var wasOpen);
        Assert.Equal(first.Public, again.Public);
        Assert.False(wasOpen);
        Assert.Equal(Owner, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void A_file_that_others_can_read_is_closed_and_told_of()
    {
        KeyFile.Open(File, out _).Dispose();
        System.IO.File.SetUnixFileMode(File, Owner | UnixFileMode.GroupRead);
        KeyFile.Open(File, out var wasOpen).Dispose();
        Assert.True(wasOpen);
        Assert.Equal(Owner, System.IO.File.GetUnixFileMode(File));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    public void A_file_without_a_key_is_left_as_it_is(string content)
    {
        System.IO.File.WriteAllText(File, content);
        Assert.Throws<CryptographicException>(() => KeyFile.Open(File, out _));
        Assert.Equal(content, System.IO.File.ReadAllText(File));
    }

    public void Dispose() => _directory.Dispose();
}
