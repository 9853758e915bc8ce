namespace CloudWall.Architecture.Tests;

/// <summary>
/// Sources keep to the columns and lengths of CONTRIBUTING.md. <c>tidy.txt</c> lists the files that did not when this test was made, and
/// can only shrink: an entry that is no longer needed, or that counts too many, fails the test.
/// </summary>
public sealed class TidyTests
{
    private const int MostColumns = 140;
    private const int MostLines = 400;

    /// <summary>Names and words that say nothing to a newcomer; each had a better one.</summary>
    private static readonly string[] Banned =
        ["HeedAsync", "TellAsync", "SayFarewellAsync", "ShowLife", "Witnesses", "new Wish(", "class Wish", "class Beat", "class Question"];

    [Fact]
    public void Lines_and_files_are_no_longer_than_the_list_allows()
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (path, text) in SourceTree.Sources())
        {
            var lines = text.Split('\n');
            var wide = lines.Count(static line => line.TrimEnd('\r').Length > MostColumns);
            if (wide > 0)
            {
                found.Add($"{path} columns {wide}");
            }

            if (lines.Length - 1 > MostLines)
            {
                found.Add($"{path} lines {lines.Length - 1}");
            }
        }

        var allowed = File.ReadLines(Path.Combine(SourceTree.Root, "tests", "CloudWall.Architecture.Tests", "tidy.txt"))
            .Select(Entry.Parse).ToDictionary(static entry => entry.What, static entry => entry.Count);
        var now = found.Select(Entry.Parse).ToDictionary(static entry => entry.What, static entry => entry.Count);
        var worse = now.Where(entry => entry.Value > allowed.GetValueOrDefault(entry.Key)).Select(static entry => entry.ToString());
        var better = allowed.Where(entry => !now.TryGetValue(entry.Key, out var count) || (count < entry.Value && entry.Key.EndsWith("columns", StringComparison.Ordinal)))
            .Select(static entry => entry.ToString());
        Assert.True(!worse.Any(), $"More than {MostColumns} columns or {MostLines} lines: {string.Join(", ", worse)}");
        Assert.True(!better.Any(), $"tidy.txt lists more than there is: {string.Join(", ", better)}");
    }

    [Fact]
    public void No_name_needs_to_be_guessed()
    {
        var found = from source in SourceTree.Sources()
                    from word in Banned
                    where source.Text.Contains(word, StringComparison.Ordinal)
                    select $"{source.Path}: {word}";
        Assert.Empty(found);
    }

    private readonly record struct Entry(string What, int Count)
    {
        public static Entry Parse(string line)
        {
            var end = line.LastIndexOf(' ');
            return new Entry(line[..end], int.Parse(line[(end + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
