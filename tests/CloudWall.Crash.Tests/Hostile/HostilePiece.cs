using System.Text.Json;

namespace CloudWall.Crash.Tests.Hostile;

/// <summary>Statements that mean harm, from <c>pieces.js</c> and <c>pieces2.js</c>.</summary>
internal sealed record HostilePiece(string Name, string Statements)
{
    private const string Given = "emit, log, send, getRow, start, require, provides, registerType, sum, isArray, toJSON";
    private static readonly string[] Long = ["for ever", "endless", "pattern", "memory", "greedy", "stack", "deep"];

    /// <summary>What it tries, in a word or two.</summary>
    public string Group => Name[..Name.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>Whether it takes as much time as it is given, or nearly.</summary>
    public bool TakesLong => Long.Contains(Group);

    /// <summary>Whether the function that it is put into can never do what it should.</summary>
    public bool NeverEnds => Group is "endless";

    /// <summary>Whether it reaches for what is not the function's.</summary>
    public bool Reaches => Group is "reaches";

    private bool SpoilsOrSpies => Group is "spoils" || Name.EndsWith("see a stranger's", StringComparison.Ordinal);

    /// <summary>Reads all of them.</summary>
    public static IReadOnlyList<HostilePiece> Load()
    {
        List<HostilePiece> written =
        [
            .. ((string[])["pieces.js", "pieces2.js"])
                .Select(static file => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Hostile", file)))
                .SelectMany(static text => text.Split("\n//# ").Skip(1))
                .Select(static text =>
                {
                    var end = text.IndexOf('\n', StringComparison.Ordinal);
                    return new HostilePiece(text[..end], text[(end + 1)..].TrimEnd());
                }),
        ];
        return [.. written, .. written.Where(static piece => piece.SpoilsOrSpies).Select(Elsewhere)];
    }

    /// <summary>The same in the world that what a function is given was made in.</summary>
    private static HostilePiece Elsewhere(HostilePiece piece)
    {
        var text = JsonSerializer.Serialize(piece.Statements);
        return new HostilePiece(
            "elsewhere: " + piece.Name,
            $"return log.constructor('{Given}', {text}).call(this, {Given});");
    }
}
