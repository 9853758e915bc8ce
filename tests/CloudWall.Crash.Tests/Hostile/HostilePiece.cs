namespace CloudWall.Crash.Tests.Hostile;

/// <summary>Statements that mean harm, from <c>pieces.js</c>.</summary>
internal sealed record HostilePiece(string Name, string Statements)
{
    /// <summary>Reads all of them.</summary>
    public static IReadOnlyList<HostilePiece> Load() =>
    [
        .. File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Hostile", "pieces.js")).Split("\n//# ").Skip(1).Select(static text =>
        {
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            return new HostilePiece(text[..end], text[(end + 1)..].TrimEnd());
        }),
    ];
}
