using System.Reflection;

namespace CloudWall.Server;

/// <summary>What this program calls itself.</summary>
internal static class Product
{
    /// <summary>The release of CouchDB whose behaviour this is.</summary>
    public const string CouchDbVersion = "3.5.0";

    /// <summary>CloudWall's own version.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>The commit it was built from, or the version where that is not known.</summary>
    public static string Commit { get; } = ReadInformation() is { } text && text.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus
        ? text[(plus + 1)..]
        : Version;

    /// <summary>The answers' <c>Server</c> header.</summary>
    public static string ServerHeader { get; } = $"CouchDB/{CouchDbVersion} (CloudWall/{Version})";

    private static string ReadInformation() =>
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private static string ReadVersion()
    {
        var version = ReadInformation();
        var build = version.IndexOf('+', StringComparison.Ordinal);
        return build < 0 ? version : version[..build];
    }
}
