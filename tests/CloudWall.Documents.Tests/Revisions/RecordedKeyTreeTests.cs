using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Revisions;

/// <summary>What CouchDB's own code did with random updates; record-key-tree.escript says how it was recorded.</summary>
public sealed class RecordedKeyTreeTests
{
    /// <summary>Small trees, and the same trees with the tables that large ones have.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(0)]
    [InlineData(8)]
    public void Does_what_CouchDB_did(int few)
    {
        var tree = new RevisionTree(few);
        var number = 0;
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Revisions", "key-tree.txt")))
        {
            number++;
            if (line == "new")
            {
                tree = new RevisionTree(few);
                continue;
            }

            var parts = line.Split('\t');
            var before = TreeText.Of(tree);
            var result = Do(tree, parts[0], parts[1]);
            var after = TreeText.Of(tree);
            Assert.True(
                result == parts[2] && after == parts[3],
                $"line {number}: {parts[0]} {parts[1]}\nbefore   {before}\nexpected {parts[2]} -> {parts[3]}\nactual   {result} -> {after}");
            Assert.Equal(after, TreeText.Of(RevisionTreeCodec.Read(TreeText.Bytes(tree), out _)));
        }

        Assert.True(number > 1000);
    }

    private static string Do(RevisionTree tree, string operation, string arguments)
    {
        switch (operation)
        {
            case "merge":
                return TreeText.Merge(tree, arguments) switch
                {
                    MergeOutcome.NewLeaf => "new_leaf",
                    MergeOutcome.NewBranch => "new_branch",
                    _ => "internal_node",
                };
            case "stem":
                tree.Stem(int.Parse(arguments, null), null);
                return "";
            case "remove":
                var removed = new List<RevisionId>();
                Assert.Equal(tree.Remove(TreeText.Revisions(arguments), removed, new List<RevisionId>()), removed.Count);
                return TreeText.Of(removed);
            case "missing":
                return TreeText.Of(tree.FindMissing(TreeText.Revisions(arguments)));
            case "latest":
                var found = new List<RevisionLeaf>();
                var missing = new List<RevisionId>();
                tree.CollectLeavesBelow(TreeText.Revisions(arguments), found, missing);
                return $"{TreeText.Of(found.Select(leaf => leaf.Revision))}|{TreeText.Of(missing)}";
            case "leaves":
                // Of a leaf that is there several times either may be taken.
                Assert.Equal(tree.Winner.Revision, tree.Leaves[0].Revision);
                return TreeText.Of(tree.Leaves.Select(leaf => leaf.Revision));
            default:
                throw new InvalidDataException(operation);
        }
    }
}
