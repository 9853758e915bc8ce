using System.Text.RegularExpressions;

namespace CloudWall.Architecture.Tests;

/// <summary>The walks in docs/ARCHITECTURE.md name files that exist, and mark the long ones.</summary>
public sealed partial class WalkTests
{
    private const int MostFiles = 35;

    private const int LongFile = 300;

    [Fact]
    public void Walks_name_files_that_exist_and_mark_long_ones()
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "ARCHITECTURE.md"));
        var walks = Walk().Matches(text).Select(static walk => walk.Value).ToList();
        Assert.Equal(3, walks.Count);
        foreach (var walk in walks)
        {
            var steps = Step().Matches(walk);
            Assert.InRange(steps.Count, 1, MostFiles);
            foreach (Match step in steps)
            {
                var path = step.Groups["path"].Value;
                var file = Path.Combine(SourceTree.Root, path);
                Assert.True(File.Exists(file), path);
                var isLong = File.ReadLines(file).Count() > LongFile;
                Assert.Equal((path, isLong), (path, step.Groups["long"].Success));
            }
        }
    }

    [GeneratedRegex(@"^### An? .*?(?=^##)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Walk();

    [GeneratedRegex(@"^\d+\. `(?<path>src/[^`]+)`(?<long> \(\*\*long\*\*\))?", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Step();
}
