using System.Text.RegularExpressions;

namespace CloudWall.Architecture.Tests;

/// <summary>What docs/ARCHITECTURE.md says of the rooms is so.</summary>
public sealed partial class RoomTests
{
    /// <summary>How many lines a type may have, in all its files together.</summary>
    private const int MostLines = 900;

    /// <summary>Types that are longer, and how long they may be. Entries go, and numbers fall; none is added or raised.</summary>
    private static readonly Dictionary<string, int> TooLong = new(StringComparer.Ordinal)
    {
        ["CloudWall.Documents.Revisions.RevisionTree"] = 2800,
    };

    [Fact]
    public void A_room_references_the_rooms_that_the_table_says_it_knows()
    {
        var projects = SourceTree.Projects();
        var table = SourceTree.TableOfRooms();
        Assert.Equal(projects.Keys.Order(StringComparer.Ordinal), table.Keys.Order(StringComparer.Ordinal));
        foreach (var (room, knows) in table)
        {
            var expected = knows switch
            {
                "–" => [],
                "all" => projects.Keys.Where(other => other != room),
                _ => knows.Split(", ").Select(static name => "CloudWall." + name),
            };
            Assert.Equal((room, Line(expected)), (room, Line(projects[room])));
        }

        static string Line(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_room_has_tests()
    {
        foreach (var room in SourceTree.Projects().Keys)
        {
            Assert.True(File.Exists(Path.Combine(SourceTree.Root, "tests", room + ".Tests", room + ".Tests.csproj")), room);
        }
    }

    [Fact]
    public void Namespaces_follow_the_rooms_and_their_folders()
    {
        foreach (var (path, text) in SourceTree.Sources())
        {
            if (Namespace().Match(text) is { Success: true } found)
            {
                Assert.Equal((path, string.Join('.', path.Split('/')[1..^1])), (path, found.Groups["name"].Value));
            }
        }
    }

    [Fact]
    public void No_room_but_Storage_names_a_type_of_the_RocksDB_engine()
    {
        var naming = SourceTree.Sources()
            .Where(static source => !source.Path.StartsWith("src/CloudWall.Storage/", StringComparison.Ordinal))
            .Where(static source => RocksDbType().IsMatch(Comment().Replace(source.Text, string.Empty)))
            .Select(static source => source.Path);
        Assert.Empty(naming);
    }

    [Fact]
    public void No_type_is_too_long()
    {
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (_, text) in SourceTree.Sources())
        {
            foreach (var name in TopTypes().Matches(text).Select(static type => type.Groups["name"].Value).Distinct())
            {
                var full = Namespace().Match(text).Groups["name"].Value + "." + name;
                lines[full] = lines.GetValueOrDefault(full) + text.Count(static c => c == '\n');
            }
        }

        Assert.DoesNotContain(lines, type => type.Value > TooLong.GetValueOrDefault(type.Key, MostLines));
        Assert.DoesNotContain(TooLong, type => lines.GetValueOrDefault(type.Key) <= MostLines);
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\bRocksDb\w*")]
    private static partial Regex RocksDbType();

    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(
        @"^(public|internal)( \w+)* (class|struct|record|interface) (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TopTypes();
}
