using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Revisions;

/// <summary>
/// Review, attack 15 and F12: what trees of many revisions cost, in nodes and revisions looked at. Ten times as many may cost as much
/// more as n log n does, and no more.
/// </summary>
public sealed class StepsTests
{
    private const int Few = 2_000;
    private const int Many = 20_000;

    /// <summary>Kinds of updates, by the paths that they bring.</summary>
    public static TheoryData<string> Kinds =>
    [
        "conflicts of one revision", "trees of their own", "conflicts with long histories", "a line in pieces from its end",
        "a line in pieces from its beginning", "roots that are continued upwards", "two levels of conflicts", "the same again and again",
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Merges_and_all_that_follows_them_grow_no_faster_than_n_log_n(string kind)
    {
        RequireLittleGrowth(n => Merge(Paths(kind, n)));
        RequireLittleGrowth(n => Merge(Paths(kind, n), intoEvery: 7));
    }

    [Fact]
    public void Deletions_of_all_leaves_grow_no_faster_than_n_log_n() => RequireLittleGrowth(n =>
    {
        var tree = Stored(Paths("conflicts of one revision", n));
        foreach (var leaf in tree.Leaves.ToArray())
        {
            Assert.False(tree.IsDeleted);
            Assert.True(tree.TryFindLeaf(leaf.Revision, out _));
            tree.Append(leaf.Revision, new RevisionId(3, Hash(n + Number(leaf.Revision))), Deletion, 2);
        }

        Assert.True(tree.IsDeleted);
        return Finish(tree);
    });

    [Fact]
    public void Recreations_and_deletions_in_turn_grow_no_faster_than_n_log_n() => RequireLittleGrowth(n =>
    {
        var tree = new RevisionTree();
        for (var i = 0; i < n; i++)
        {
            tree.Merge([new RevisionId(2, Hash(i)), new RevisionId(1, 1)], Deletion, 1);
        }

        tree.Stem(1000, null);
        for (var i = 0; i < n; i++)
        {
            var winner = tree.Winner.Revision;
            Assert.True(tree.IsDeleted);
            tree.Append(winner, new RevisionId(winner.Generation + 1, Hash(n + i)), RevisionFlags.Stored, 2);
            Assert.False(tree.IsDeleted);
            tree.Append(tree.Winner.Revision, new RevisionId(winner.Generation + 2, Hash((2 * n) + i)), Deletion, 2);
        }

        return Finish(tree);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(0)]
    public void Asking_for_many_revisions_grows_no_faster_than_n_log_n(int known) => RequireLittleGrowth(
        n =>
        {
            var tree = Stored(Paths("conflicts of one revision", known == 0 ? n : known));
            var asked = Enumerable.Range(0, n).Select(i => new RevisionId(2, Hash(i * 2))).ToArray();
            Assert.False(tree.AnyMayBeInTail(asked));
            var missing = tree.FindMissing(asked, CancellationToken.None);
            Assert.Equal(n - (((known == 0 ? n : known) + 1) / 2), missing.Count);
            Assert.True(tree.PossibleAncestors(missing).Count <= 1);
            return tree.Steps;
        },
        many: known == 1 ? 1_000_000 : Many);

    [Fact]
    public void Asking_for_what_may_be_in_pages_grows_no_faster_than_n_log_n() => RequireLittleGrowth(n =>
    {
        var tree = Stored(Paths("conflicts with long histories", n / 4));
        Assert.True(tree.TailCount > n / 3);
        for (var i = 0; i < n; i++)
        {
            Assert.False(tree.MayBeInTail(new RevisionId(1000, Hash(i))));
        }

        return tree.Steps;
    });

    [Fact]
    public void Leaves_below_many_revisions_grow_no_faster_than_n_log_n() => RequireLittleGrowth(n =>
    {
        var tree = Stored(Paths("two levels of conflicts", n));
        var found = new List<RevisionLeaf>();
        var missing = new List<RevisionId>();
        var inner = tree.Leaves.Select(leaf => tree.PathOf(leaf.Revision)[1].Revision).ToArray();
        tree.CollectLeavesBelow([.. inner, .. inner, new RevisionId(9, 9)], found, missing);
        Assert.Equal(tree.LeafCount, found.Count);
        return tree.Steps;
    });

    [Fact]
    public void Purging_many_leaves_grows_no_faster_than_n_log_n() => RequireLittleGrowth(n =>
    {
        var tree = Stored(Paths("two levels of conflicts", n));
        var leaves = tree.Leaves.Select(leaf => leaf.Revision).ToArray();
        foreach (var leaf in leaves)
        {
            Assert.True(tree.TryFindLeaf(leaf, out _));
        }

        Assert.Equal(n / 2, tree.Remove(leaves.AsSpan(n / 2), [], []));
        tree.RelabelLeaves(1);
        return Finish(tree);
    });

    [Fact]
    public void Looking_at_every_revision_grows_no_faster_than_n_log_n() => RequireLittleGrowth(n =>
    {
        var tree = Stored(Paths("two levels of conflicts", n));
        foreach (var leaf in tree.Leaves)
        {
            Assert.True(tree.TryFind(leaf.Revision, out _));
            Assert.Equal(3, tree.PathOf(leaf.Revision).Count);
        }

        return tree.Steps;
    });

    [Fact]
    public void Nobody_waits_for_an_answer_to_one_who_has_left()
    {
        var asked = Enumerable.Range(0, 100).Select(i => new RevisionId(2, Hash(i))).ToArray();
        Assert.Throws<OperationCanceledException>(() => new RevisionTree().FindMissing(asked, new CancellationToken(canceled: true)));
    }

    private static RevisionFlags Deletion => RevisionFlags.Stored | RevisionFlags.Deleted;

    /// <summary>Hashes in no order.</summary>
    private static UInt128 Hash(int i) => new((ulong)i * 0x9E3779B97F4A7C15UL, (ulong)i);

    private static int Number(RevisionId revision)
    {
        Span<byte> hash = stackalloc byte[16];
        revision.CopyHashTo(hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(hash[12..]);
    }

    private static IEnumerable<RevisionId[]> Paths(string kind, int n)
    {
        var root = new RevisionId(1, 1);
        return kind switch
        {
            "conflicts of one revision" => Enumerable.Range(0, n).Select(i => new[] { new RevisionId(2, Hash(i)), root }),
            "trees of their own" => Enumerable.Range(0, n).Select(i => new[] { new RevisionId(1 + (i % 5), Hash(i)) }),
            "conflicts with long histories" => Enumerable.Range(0, n / 10)
                .Select(i => Enumerable.Range(0, 40).Select(k => new RevisionId(60 - k, Hash((i * 40) + k))))
                .Select(path => path.Append(new RevisionId(20, 20)).ToArray()),
            "a line in pieces from its end" => Enumerable.Range(0, n)
                .Select(i => new[] { new RevisionId(n + 1 - i, Hash(n + 1 - i)), new RevisionId(n - i, Hash(n - i)) }),
            "a line in pieces from its beginning" => Enumerable.Range(0, n)
                .Select(i => new[] { new RevisionId(i + 2, Hash(i + 2)), new RevisionId(i + 1, Hash(i + 1)) }),
            "roots that are continued upwards" => Enumerable.Range(0, n).SelectMany(i => new[]
            {
                new[] { new RevisionId(5, Hash(i)) },
                [new RevisionId(5, Hash(i)), new RevisionId(4, Hash(n + i)), new RevisionId(3, Hash((2 * n) + i))],
            }),
            "two levels of conflicts" => Enumerable.Range(0, n)
                .Select(i => new[] { new RevisionId(3, Hash(i)), new RevisionId(2, Hash(i / 100)), root }),
            "the same again and again" => Enumerable.Range(0, n)
                .Select(i => new[] { new RevisionId(2, Hash(i % (n / 4))), root }),
            _ => throw new ArgumentException(kind, nameof(kind)),
        };
    }

    /// <summary>Merges paths as one update, or as several whereby the tree is stored and read between them.</summary>
    private static long Merge(IEnumerable<RevisionId[]> paths, int intoEvery = 0)
    {
        var all = paths.ToList();
        var stored = intoEvery == 0 ? new RevisionTree() : Stored(all.Where((_, i) => i % intoEvery == 0));
        stored.AcceptChanges();
        var before = stored.Steps;
        foreach (var path in all)
        {
            stored.TryFind(path[0], out _);
            if (!stored.CanMergeWithoutTail(path))
            {
                // The engine loads the pages then; here none of those that are asked for has any.
                continue;
            }

            stored.Merge(path, RevisionFlags.Stored, 2);
        }

        return Finish(stored) - before;
    }

    private static RevisionTree Stored(IEnumerable<RevisionId[]> paths)
    {
        var tree = new RevisionTree();
        foreach (var path in paths)
        {
            tree.Merge(path, RevisionFlags.Stored, 1);
        }

        Finish(tree);
        return RevisionTreeCodec.Read(TreeText.Bytes(tree), out _);
    }

    /// <summary>What follows every update.</summary>
    private static long Finish(RevisionTree tree)
    {
        Assert.True(tree.CanStemWithoutTail(1000));
        tree.Stem(1000, null);
        _ = tree.IsChanged;
        _ = tree.Winner;
        _ = tree.Leaves;
        tree.SpillTail();
        tree.TakeDroppedPages();
        TreeText.Bytes(tree);
        return tree.Steps;
    }

    private static void RequireLittleGrowth(Func<int, long> steps, int many = Many)
    {
        var few = many == Many ? Few : many / 10;
        var before = steps(few);
        var after = steps(many);

        // What is not counted would not grow.
        Assert.True(before >= few / 10 && after >= many / 10, $"{before} steps for {few}, {after} for {many}");
        var allowed = 10 * Math.Log2(many) / Math.Log2(few);
        Assert.True(after <= before * allowed, $"{before} steps for {few}, {after} for {many}: {(double)after / before:0.0} times as many");
    }
}
