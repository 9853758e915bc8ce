namespace CloudWall.Server.Tests.Golden;

/// <summary>Short ways to a member of a golden file.</summary>
internal static class LiteralAccess
{
    public static Literal? Member(this Literal value, string name) => (value as LiteralObject)?[name];

    public static string? Text(this Literal value, string name) => (value.Member(name) as LiteralString)?.Value;

    public static double? Number(this Literal value, string name) => (value.Member(name) as LiteralNumber)?.Approximate;

    public static bool Flag(this Literal value, string name) => value.Member(name) == LiteralWord.True;

    public static IReadOnlyList<Literal> Items(this Literal value, string name) => (value.Member(name) as LiteralArray)?.Items ?? [];

    public static IReadOnlyList<string> Strings(this Literal value, string name) =>
        [.. value.Items(name).Select(item => ((LiteralString)item).Value)];

    public static IReadOnlyDictionary<string, string> Map(this Literal value, string name) =>
        (value.Member(name) as LiteralObject)?.Members.ToDictionary(member => member.Key, member => ((LiteralString)member.Value).Value)
        ?? [];
}
