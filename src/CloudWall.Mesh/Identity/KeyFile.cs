using System.Security.Cryptography;
using System.Text;
using CloudWall.Storage;

namespace CloudWall.Mesh.Identity;

/// <summary>The file that a node's key pair is kept in, which its owner alone may read. It is made at the first start.</summary>
public static class KeyFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Label = "PRIVATE KEY";

    /// <summary>Reads the key, or makes one where there is no file.</summary>
    /// <param name="path">The file, in an existing directory.</param>
    /// <param name="wasOpen">Whether others could read it until now, as after a careless copy: the key may be known to them.</param>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not read or write it.</exception>
    /// <exception cref="CryptographicException">The file holds no key. It is left as it is.</exception>
    public static NodeKey Open(string path, out bool wasOpen)
    {
        wasOpen = false;
        if (!File.Exists(path))
        {
            var created = NodeKey.Create();
            DurableDirectory.Replace(path, Encoding.ASCII.GetBytes(PemEncoding.WriteString(Label, created.Export()) + "\n"), Mode);
            return created;
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~Mode) != UnixFileMode.None)
        {
            wasOpen = true;
            File.SetUnixFileMode(path, Mode);
        }

        var text = File.ReadAllText(path);
        if (!PemEncoding.TryFind(text, out var found) || text[found.Label] != Label)
        {
            throw new CryptographicException($"There is no key in {path}.");
        }

        return NodeKey.Import(Convert.FromBase64String(text[found.Base64Data]));
    }
}
