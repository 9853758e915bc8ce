using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Revisions;

public sealed class RevisionTreeTests
{
    [Theory]
    [InlineData("", "1:a+@1", MergeOutcome.NewLeaf, "1:a+@1")]
    [InlineData("1:a+@1", "1:a+@2", MergeOutcome.InternalNode, "1:a+@1")]
    [InlineData("1:a+@1", "2:b/a+@2", MergeOutcome.NewLeaf, "2:b+/a+@2")]
    [InlineData("2:b/a+@1", "1:a+@2", MergeOutcome.InternalNode, "2:b+/a+@1")]
    [InlineData("3:c/b/a+@1", "3:d/b/a+@2", MergeOutcome.NewBranch, "3:c+/b/a@1 3:d+/b/a@2")]
    [InlineData("3:d/b/a+@1", "3:c/b/a+@2", MergeOutcome.NewBranch, "3:c+/b/a@2 3:d+/b/a@1")]
    [InlineData("1:a+@1 1:c+@2", "1:b+@3", MergeOutcome.NewBranch, "1:c+@2 1:b+@3 1:a+@1")]
    [InlineData("1:a+@1", "4:d/c+@2", MergeOutcome.NewBranch, "4:d+/c@2 1:a+@1")]
    public void Grows_as_CouchDBs_do(string before, string path, MergeOutcome outcome, string after) =>
        AssertMerge(before, path, outcome, after);

    [Theory]
    [InlineData("3:c/b+@1", "4:d/c+@2", MergeOutcome.NewLeaf, "4:d+/c+/b@2")]
    [InlineData("3:c/b/a+@1", "4:d/c+@2", MergeOutcome.NewLeaf, "4:d+/c+/b/a@2")]
    [InlineData("3:c/b/a+@1", "3:d/b+@2", MergeOutcome.NewBranch, "3:c+/b/a@1 3:d+/b/a@2")]
    [InlineData("3:c/b/a+@1 3:d/b/a+@2", "4:e/d+@3", MergeOutcome.NewLeaf, "3:c+/b/a@1 4:e+/d+/b/a@3")]
    [InlineData("3:c/b/a+@1", "5:e/d+@2", MergeOutcome.NewBranch, "5:e+/d@2 3:c+/b/a@1")]
    public void A_stemmed_path_is_grafted_where_it_belongs(string before, string path, MergeOutcome outcome, string after) =>
        AssertMerge(before, path, outcome, after);

    [Theory]
    [InlineData("3:c+@1", "3:c/b/a+@2", MergeOutcome.InternalNode, "3:c+/b/a@1")]
    [InlineData("3:c+@1", "4:d/c/b/a+@2", MergeOutcome.NewLeaf, "4:d+/c+/b/a@2")]
    [InlineData("4:d/c+@1", "4:e/c/b/a+@2", MergeOutcome.NewBranch, "4:d+/c/b/a@1 4:e+/c/b/a@2")]
    [InlineData("3:c+@1 2:x+@2", "3:c/b/a+@2", MergeOutcome.InternalNode, "2:x+@2 3:c+/b/a@1")]
    [InlineData("3:c+@1", "2:b/a+@2", MergeOutcome.NewBranch, "3:c+@1 2:b+/a@2")]
    public void A_longer_history_extends_a_root_downwards(string before, string path, MergeOutcome outcome, string after) =>
        AssertMerge(before, path, outcome, after);

    [Fact]
    public void A_body_comes_to_an_ancestor_that_had_none()
    {
        var tree = TreeText.Tree("3:c/b/a+@1");
        tree.AcceptChanges();
        Assert.Equal(MergeOutcome.InternalNode, TreeText.Merge(tree, "2:b/a-@2"));
        Assert.Equal("3:c+/b-/a@1", TreeText.Of(tree));
        Assert.True(tree.IsChanged);
        tree.AcceptChanges();
        TreeText.Merge(tree, "2:b/a+@3");
        Assert.Equal("3:c+/b-/a@1", TreeText.Of(tree));
        Assert.False(tree.IsChanged);
    }

    [Fact]
    public void Trees_that_a_path_joins_are_joined_by_stemming()
    {
        var tree = TreeText.Tree("5:e/d/c/b/a+@1 7:g/f+@2");
        Assert.Equal(MergeOutcome.NewLeaf, TreeText.Merge(tree, "6:f/e/d+@3"));
        Assert.Equal("7:g+/f@2 6:f+/e+/d/c/b/a@3", TreeText.Of(tree));
        tree.Stem(1000, null);
        Assert.Equal("7:g+/f+/e+/d/c/b/a@2", TreeText.Of(tree));
        Assert.Single(tree.Leaves);
    }

    [Theory]
    [InlineData("4:d/c/b/a+@1", 4, "4:d+/c/b/a@1", "")]
    [InlineData("4:d/c/b/a+@1", 3, "4:d+/c/b@1", "1-a")]
    [InlineData("4:d/c/b/a+@1", 1, "4:d+@1", "1-a 2-b 3-c")]
    [InlineData("4:d/c/b/a+@1 2:x/a+@2", 2, "4:d+/c@1 2:x+/a@2", "2-b")]
    [InlineData("4:d/c/b/a+@1 2:x/a+@2", 3, "4:d+/c/b/a@1 2:x+/a@2", "")]
    [InlineData("4:d/c/b/a+@1 4:e/c/b/a+@2", 2, "4:d+/c@1 4:e+/c@2", "1-a 2-b")]
    [InlineData("4:d/c/b/a+@1 4:e/c/b/a+@2", 1, "4:e+@2 4:d+@1", "1-a 2-b 3-c")]
    [InlineData("3:a/b/a+@1 2:c/a+@2", 2, "3:a+/b@1 2:c+/a@2", "")]
    [InlineData("5:f/e/d/b/a+@1 2:c/a+@2", 4, "5:f+/e/d/b/a@1 2:c+/a@2", "")]
    [InlineData("5:f/e/c/b/a+@1 2:c/a+@2", 4, "5:f+/e/c/b@1 2:c+/a@2", "")]
    public void Stemming_keeps_what_is_near_to_a_leaf(string before, int limit, string after, string removed)
    {
        // The last two differ in nothing but a hash that comes twice, at different generations: CouchDB then cuts each branch alone.
        var tree = TreeText.Tree(before);
        var dropped = new List<RevisionId>();
        tree.Stem(limit, dropped);
        Assert.Equal(after, TreeText.Of(tree));
        Assert.Equal(removed, TreeText.Of(dropped.Order()));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Stem(0, null));
    }

    [Theory]
    [InlineData("2:b/a+@1 2:c/a+@2", "2-c", "2-c", "2-c", "2:b+/a@1")]
    [InlineData("2:b/a+@1 2:c/a+@2", "1-a", "", "", "2:b+/a@1 2:c+/a@2")]
    [InlineData("2:b/a+@1 2:c/a+@2", "2-b 2-c", "2-b 2-c", "1-a 2-b 2-c", "")]
    [InlineData("3:d/b/a+@1 2:c/a+@2 1:x+@3", "3-d 1-x 9-y", "1-x 3-d", "1-x 2-b 3-d", "2:c+/a@2")]
    public void Removing_leaves_takes_the_history_that_nothing_else_shares(
        string before, string leaves, string removedLeaves, string removedNodes, string after)
    {
        var tree = TreeText.Tree(before);
        var gone = new List<RevisionId>();
        var goneNodes = new List<RevisionId>();
        Assert.Equal(TreeText.Revisions(removedLeaves).Length, tree.Remove(TreeText.Revisions(leaves), gone, goneNodes));
        Assert.Equal(removedLeaves, TreeText.Of(gone));
        Assert.Equal(removedNodes, TreeText.Of(goneNodes.Order()));
        Assert.Equal(after, TreeText.Of(tree));
        Assert.Equal(after.Length == 0, tree.IsEmpty);
    }

    // Recorded from a CouchDB 3.5.0: golden/conflicts.json.
    [Theory]
    [InlineData("2:a/r+@1 3:a/b/r+@2", "3-a 2-a")]
    [InlineData("2:aaa/r+@1 2:bbb/r+@2 2:abz/r+@3", "2-bbb 2-abz 2-aaa")]
    [InlineData("5:z/y/x/w/r-@1 2:a/r+@2", "2-a 5-z")]
    [InlineData("2:a/r-@1 3:c/b/r-@2", "3-c 2-a")]
    [InlineData(
        "1:0123456789abcdef0123456789abcdef+@1 1:f123456789abcdef0123456789abcdef+@2 1:short+@3",
        "1-f123456789abcdef0123456789abcdef 1-short 1-0123456789abcdef0123456789abcdef")]
    [InlineData("9:z+@1 10:a+@2", "10-a 9-z")]
    public void The_winner_lives_and_is_long_and_great(string paths, string leaves)
    {
        var tree = TreeText.Tree(paths);
        tree.Stem(1000, null);
        Assert.Equal(leaves, TreeText.Of(tree.Leaves.Select(leaf => leaf.Revision)));
        Assert.Equal(leaves.Split(' ')[0], tree.Winner.Revision.ToString());
    }

    [Fact]
    public void The_latest_of_a_revision_are_the_leaves_below_it()
    {
        var tree = TreeText.Tree("2:b00/r0+@1 2:b01/r1+@2 2:b02/r0+@3 2:b03/r1+@4 2:b04/r0-@5");
        var leaves = new List<RevisionLeaf>();
        tree.CollectLeavesBelow(RevisionId.Parse("1-r0"), leaves);
        Assert.Equal("2-b00 2-b02 2-b04", TreeText.Of(leaves.Select(leaf => leaf.Revision)));
        leaves.Clear();
        tree.CollectLeaves(leaves);
        Assert.Equal("2-b01 2-b03 2-b00 2-b02 2-b04", TreeText.Of(leaves.Select(leaf => leaf.Revision)));
        leaves.Clear();
        tree.CollectLeavesBelow(RevisionId.Parse("2-nothing"), leaves);
        Assert.Empty(leaves);
    }

    [Fact]
    public void Missing_revisions_and_their_possible_ancestors_are_reported_as_by_revs_diff()
    {
        var tree = TreeText.Tree("3:c/b/a+@1 1:x+@2");
        var missing = tree.FindMissing(TreeText.Revisions("4-d 3-c 2-z 2-b 4-d"), CancellationToken.None);
        Assert.Equal("2-z 4-d 4-d", TreeText.Of(missing));
        Assert.Equal("3-c 1-x", TreeText.Of(tree.PossibleAncestors(missing)));
        Assert.Equal("1-x", TreeText.Of(tree.PossibleAncestors(TreeText.Revisions("2-z 3-y"))));
        Assert.Empty(tree.PossibleAncestors([]));
        Assert.Equal("1-x", TreeText.Of(tree.FindMissing(TreeText.Revisions("1-x 1-x"), CancellationToken.None)));
    }

    [Fact]
    public void Appends_only_to_leaves()
    {
        var tree = new RevisionTree();
        var (a, b) = (RevisionId.Parse("1-a"), RevisionId.Parse("2-b"));
        tree.Append(default, a, RevisionFlags.Stored, 1);
        tree.Append(a, b, RevisionFlags.Stored | RevisionFlags.Deleted, 2);
        Assert.Equal("2:b-/a+@2", TreeText.Of(tree));
        Assert.Throws<ArgumentException>(() => tree.Append(a, RevisionId.Parse("2-c"), RevisionFlags.Stored, 3));
        Assert.Throws<ArgumentException>(() => tree.Append(b, RevisionId.Parse("4-c"), RevisionFlags.Stored, 3));
        Assert.Throws<ArgumentException>(() => tree.Append(RevisionId.Parse("2-x"), RevisionId.Parse("3-c"), RevisionFlags.Stored, 3));
        tree.Append(default, RevisionId.Parse("1-z"), RevisionFlags.Stored, 4);
        Assert.Equal("1:z+@4 2:b-/a+@2", TreeText.Of(tree));
    }

    [Fact]
    public void Refuses_paths_that_are_none()
    {
        var tree = new RevisionTree();
        Assert.Throws<ArgumentException>(() => tree.Merge([], RevisionFlags.Stored, 1));
        Assert.Throws<ArgumentException>(() => tree.Merge(TreeText.Revisions("3-c 1-a"), RevisionFlags.Stored, 1));
        Assert.Throws<ArgumentException>(() => tree.Merge(TreeText.Path("1:c/b/a"), RevisionFlags.Stored, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Merge(TreeText.Path("1:c"), RevisionFlags.Stored, -1));
        Assert.True(tree.IsEmpty);
        Assert.Throws<InvalidOperationException>(() => tree.Winner);
        tree.Stem(1, null);
        Assert.Empty(tree.Leaves);
    }

    [Fact]
    public void What_is_added_and_stemmed_at_once_is_no_change()
    {
        var tree = TreeText.Tree("5:e/d/c+@1");
        tree.AcceptChanges();
        TreeText.Merge(tree, "5:e/d/c/b/a+@2");
        Assert.True(tree.IsChanged);
        tree.Stem(3, null);
        Assert.False(tree.IsChanged);
        Assert.Equal("5:e+/d/c@1", TreeText.Of(tree));
    }

    [Fact]
    public void After_a_purge_leaves_get_new_sequences_in_order()
    {
        var tree = TreeText.Tree("2:b/a+@1 2:c/a+@2 3:x+@3");
        Assert.Equal(13, tree.RelabelLeaves(10));
        Assert.Equal("3:x+@13 2:b+/a@11 2:c+/a@12", TreeText.Of(tree));
    }

    [Fact]
    public void A_chain_of_a_million_revisions_is_no_matter()
    {
        var history = new History();
        var path = history.Path(history.Edit(-1, 1_000_000));
        var tree = new RevisionTree();
        tree.Merge(path, RevisionFlags.Stored, 1);
        Assert.Equal(MergeOutcome.InternalNode, tree.Merge(path, RevisionFlags.Stored, 1));
        var read = RevisionTreeCodec.Read(TreeText.Bytes(tree), out _);
        Assert.Equal(path.Length, read.PathOf(path[0]).Count);
        read.Merge([new RevisionId(path[500_000].Generation, 7), .. path.AsSpan(500_001, 10)], RevisionFlags.Stored, 2);
        Assert.Equal(2, read.Leaves.Count);
        read.Stem(1000, null);
        Assert.Equal(1000, read.PathOf(path[0]).Count);
        Assert.NotEmpty(tree.SpillTail());
        Assert.InRange(TreeText.Bytes(tree).Length, 50, 300);
        tree.Stem(1000, null);
        Assert.Equal(1000, tree.TailCount + tree.PathOf(path[0]).Count);
        Assert.Single(RevisionTreeCodec.Read(TreeText.Bytes(tree), out _).Leaves);
    }

    [Fact]
    public void Ten_thousand_branches_are_no_matter()
    {
        var history = new History();
        var root = history.Edit(-1, 3);
        var tree = new RevisionTree();
        for (var i = 0; i < 10_000; i++)
        {
            tree.Merge(history.Path(history.Edit(root)), RevisionFlags.Stored, i);
        }

        for (var i = 0; i < 1000; i++)
        {
            tree.Merge(history.Path(history.Edit(-1)), RevisionFlags.Stored, i);
        }

        tree.Stem(1000, null);
        Assert.Equal(11_000, tree.Leaves.Count);
        Assert.Equal(tree.Leaves, tree.Leaves.OrderByDescending(leaf => leaf.Revision));
        Assert.Equal(tree.Leaves, RevisionTreeCodec.Read(TreeText.Bytes(tree), out _).Leaves);
        Assert.Empty(tree.FindMissing([.. tree.Leaves.Select(leaf => leaf.Revision)], CancellationToken.None));
        Assert.Equal(5000, tree.Remove([.. tree.Leaves.Take(5000).Select(leaf => leaf.Revision)], [], []));
        Assert.Equal(6000, tree.Leaves.Count);
    }

    private static void AssertMerge(string before, string path, MergeOutcome outcome, string after)
    {
        var tree = TreeText.Tree(before);
        tree.AcceptChanges();
        var old = TreeText.Of(tree);
        Assert.Equal(outcome, TreeText.Merge(tree, path));
        Assert.Equal(after, TreeText.Of(tree));
        Assert.Equal(old != after, tree.IsChanged);
    }
}
