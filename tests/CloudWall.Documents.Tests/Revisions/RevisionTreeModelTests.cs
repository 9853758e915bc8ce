using CloudWall.Documents.Revisions;
using CsCheck;

namespace CloudWall.Documents.Tests.Revisions;

public sealed class RevisionTreeModelTests
{
    private static readonly Gen<(int Kind, int A, int B, int C)[]> Operations =
        Gen.Select(Gen.Int[0, 19], Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 1000]).Array[1, 40];

    [Theory]
    [InlineData(64)]
    [InlineData(0)]
    [InlineData(8)]
    public void Is_a_set_of_revisions_that_know_their_parents(int few)
    {
        Operations.Sample(
            operations =>
            {
                var history = new History();
                history.Edit(-1);
                var model = new RevisionSetModel();
                var tree = new RevisionTree(few);
                long sequence = 0;
                foreach (var (kind, a, b, c) in operations)
                {
                    sequence++;
                    if (kind < 6)
                    {
                        history.Edit(Pick(history.Count + 1, a) - 1, hasForeignHash: c % 5 == 0);
                    }
                    else if (kind < 16)
                    {
                        var path = history.Path(Pick(history.Count, a), 1 + (b % 6));
                        var flags = c % 4 == 0 ? RevisionFlags.Stored | RevisionFlags.Deleted : RevisionFlags.Stored;
                        var joins = model.Joins(path);
                        if (joins && model.Revisions.Contains(path[0]))
                        {
                            // Whether the stored or the new one of the same revision stays depends on which tree comes first.
                            continue;
                        }

                        var expected = model.Merge(path, flags, sequence);
                        var outcome = tree.Merge(path, flags, sequence);
                        Assert.True(joins || expected == outcome);
                        tree.Stem(int.MaxValue, null);
                    }
                    else if (kind < 18)
                    {
                        var removed = new List<RevisionId>();
                        var before = model.Revisions.ToArray();
                        model.Stem(1 + (a % 8));
                        tree.Stem(1 + (a % 8), removed);
                        Assert.Equal(before.Except(model.Revisions).Order(), removed.Order());
                    }
                    else if (model.Leaves.Length > 0)
                    {
                        RevisionId[] unwanted =
                            [model.Leaves[a % model.Leaves.Length].Revision, history[Pick(history.Count, b)]];
                        var leaves = new List<RevisionId>();
                        var nodes = new List<RevisionId>();
                        var before = model.Revisions.ToArray();
                        Assert.Equal(tree.Remove(unwanted, leaves, nodes), leaves.Count);
                        Assert.Equal(model.LeafIds().Intersect(unwanted).Order(), leaves.Order());
                        model.Remove(unwanted);
                        Assert.Equal(before.Except(model.Revisions).Order(), nodes.Order());
                    }

                    AssertEqual(model, tree, history);
                    tree = RevisionTree.ReadFrom(TreeText.Bytes(tree), out var consumed, few);
                    Assert.Equal(TreeText.Bytes(tree).Length, consumed);
                    AssertEqual(model, tree, history);
                }
            },
            iter: 300);
    }

    [Fact]
    public void Any_order_of_merges_and_any_repetition_makes_the_same_tree()
    {
        Gen.Select(Gen.Int[0, 1000].Array[1, 30], Gen.Int[0, 1000].Array[1, 20], Gen.Int[0, int.MaxValue]).Sample(
            (edits, revisions, seed) =>
            {
                var history = new History();
                history.Edit(-1);
                foreach (var edit in edits)
                {
                    history.Edit(Pick(history.Count + 1, edit) - 1);
                }

                var paths = revisions
                    .Select(revision => history.Path(Pick(history.Count, revision), 1 + (revision % 7))).ToArray();
                var shuffled = paths.Concat(paths).ToArray();
                new Random(seed).Shuffle(shuffled);
                Assert.Equal(TreeText.Of(Merged(paths)), TreeText.Of(Merged(shuffled)));
            },
            iter: 500);

        static RevisionTree Merged(RevisionId[][] paths)
        {
            var tree = new RevisionTree();
            foreach (var path in paths)
            {
                tree.Merge(path, RevisionFlags.Stored, 1);
                tree.Stem(1000, null);
            }

            return tree;
        }
    }

    private static int Pick(int count, int choice) => choice % 3 == 0 ? count - 1 - (choice / 3 % Math.Min(count, 3)) : choice % count;

    private static void AssertEqual(RevisionSetModel model, RevisionTree tree, History history)
    {
        var leaves = model.Leaves;
        Assert.Equal(leaves, tree.Leaves);
        Assert.Equal(leaves.Length == 0, tree.IsEmpty);
        if (leaves.Length > 0)
        {
            Assert.Equal(leaves[0], tree.Winner);
        }

        var known = model.Revisions.ToHashSet();
        for (var i = 0; i < history.Count; i++)
        {
            var revision = history[i];
            Assert.Equal(known.Contains(revision), tree.TryFind(revision, out var node));
            Assert.Equal(leaves.Any(leaf => leaf.Revision == revision), tree.TryFindLeaf(revision, out _));
            if (known.Contains(revision))
            {
                Assert.Equal(new RevisionNode(revision, model.Flags(revision)), node);
                Assert.Equal(model.Path(revision), tree.PathOf(revision).Select(ancestor => ancestor.Revision));
                var below = new List<RevisionLeaf>();
                tree.CollectLeavesBelow(revision, below);
                Assert.Equal(
                    leaves.Where(leaf => model.Path(leaf.Revision).Contains(revision)).Select(leaf => leaf.Revision).Order(),
                    below.Select(leaf => leaf.Revision).Order());
            }
        }

        var asked = Enumerable.Range(0, history.Count).Select(i => history[i]).ToArray();
        var missing = tree.FindMissing(asked);
        Assert.Equal(asked.Where(revision => !known.Contains(revision)).Order(), missing);
        Assert.Equal(
            missing.Count == 0 ? [] : leaves.Select(leaf => leaf.Revision).Where(id => id.Generation < missing.Max(m => m.Generation)),
            tree.PossibleAncestors(missing));
        var all = new List<RevisionLeaf>();
        tree.CollectLeaves(all);
        Assert.Equal(leaves.Select(leaf => leaf.Revision).Order(), all.Select(leaf => leaf.Revision).Order());
    }
}
