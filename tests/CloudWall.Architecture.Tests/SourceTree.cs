using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CloudWall.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static partial class SourceTree
{
    /// <summary>Projects under <c>src</c> that are parts of the build rather than rooms.</summary>
    private static readonly string[] NoRooms = ["CloudWall.Scripting.Compiler"];

    private static readonly string[] Generated = ["bin", "obj", "node_modules"];

    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The rooms: their names, and the names of those that their projects reference.</summary>
    public static Dictionary<string, HashSet<string>> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(static file => !NoRooms.Contains(Path.GetFileNameWithoutExtension(file)))
            .ToDictionary(static file => Path.GetFileNameWithoutExtension(file), References);

    /// <summary>The rooms as <c>docs/ARCHITECTURE.md</c> has them: their names, and the last column.</summary>
    public static Dictionary<string, string> TableOfRooms() =>
        File.ReadLines(Path.Combine(Root, "docs", "ARCHITECTURE.md"))
            .Select(static line => TableRow().Match(line))
            .Where(static row => row.Success)
            .ToDictionary(static row => row.Groups["room"].Value, static row => row.Groups["knows"].Value);

    /// <summary>The sources of all rooms, by their paths in the checkout.</summary>
    public static IEnumerable<(string Path, string Text)> Sources() =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Root, file).Replace('\\', '/')
        where !path.Split('/').Any(static part => Generated.Contains(part))
        select (path, File.ReadAllText(file));

    private static HashSet<string> References(string project) =>
    [
        .. XDocument.Load(project).Descendants("ProjectReference")
            .Where(static reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(static reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/'))),
    ];

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "CloudWall.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests do not run within a checkout.");
        }

        return directory.FullName;
    }

    [GeneratedRegex(@"^\| `(?<room>CloudWall\.\w+)` \|.*\| (?<knows>[^|]+) \|$", RegexOptions.ExplicitCapture)]
    private static partial Regex TableRow();
}
