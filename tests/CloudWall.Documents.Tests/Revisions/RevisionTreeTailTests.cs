using System.Buffers;
using CloudWall.Documents.Revisions;
using CsCheck;

namespace CloudWall.Documents.Tests.Revisions;

public sealed class RevisionTreeTailTests
{
    private static readonly Gen<(int Kind, int A, int B, int C)[]> Operations =
        Gen.Select(Gen.Int[0, 19], Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 1000]).Array[1, 40];

    [Fact]
    public void A_thousand_edits_keep_the_record_small_and_write_few_pages()
    {
        var history = new History();
        var document = new PagedDocument();
        var parent = default(RevisionId);
        var revision = -1;
        for (var i = 1; i <= 3000; i++)
        {
            revision = history.Edit(revision);
            document.Update(tree =>
            {
                tree.Append(parent, history[revision], RevisionFlags.Stored, i);
                tree.Stem(1000, null);
            });
            parent = history[revision];
            Assert.InRange(document.Record.Length, 20, 400);
            Assert.InRange(document.Pages.Count, i < 1000 ? (i / 8) - 2 : 123, Math.Min(i / 8, 126));
        }

        Assert.InRange(document.PagesWritten, 370, 375);
        Assert.Equal(0, document.Loads);
        Assert.Equal(history.Path(revision, 1000), document.Whole().PathOf(parent).Select(node => node.Revision));
    }

    [Fact]
    public void A_replicator_that_brings_the_whole_history_of_each_edit_needs_no_pages()
    {
        var history = new History();
        var document = new PagedDocument();
        var revision = -1;
        for (var i = 1; i <= 300; i++)
        {
            revision = history.Edit(revision);
            document.Update(tree =>
            {
                document.MergeAndStem(tree, history.Path(revision), RevisionFlags.Stored, i, 1000);
                Assert.Equal(i, tree.Winner.Revision.Generation);
            });
        }

        Assert.Equal(0, document.Loads);
        Assert.Equal(history.Path(revision), document.Whole().PathOf(history[revision]).Select(node => node.Revision));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    public void An_old_conflict_does_not_make_the_record_grow(int conflictAt)
    {
        var history = new History();
        var document = new PagedDocument();
        var forkParent = history.Edit(-1, conflictAt);
        var loser = history.Edit(forkParent);
        document.Update(tree => document.MergeAndStem(tree, history.Path(loser), RevisionFlags.Stored | RevisionFlags.Deleted, 1, 200));
        var revision = forkParent;
        for (var i = 1; i <= 600; i++)
        {
            revision = history.Edit(revision);
            document.Update(tree => document.MergeAndStem(tree, history.Path(revision, 200), RevisionFlags.Stored, i, 200));
            Assert.InRange(document.Record.Length, 20, 1000);
        }

        Assert.Equal(0, document.Loads);
        Assert.Equal(history.Path(revision, 200), document.Whole().PathOf(history[revision]).Select(node => node.Revision));
    }

    [Fact]
    public void Only_pages_can_tell_where_an_old_branch_belongs()
    {
        var history = new History();
        var revision = history.Edit(-1, 40);
        var tree = new RevisionTree();
        tree.Merge(history.Path(revision), RevisionFlags.Stored, 1);
        var pages = tree.SpillTail();
        Assert.Equal([0, 1, 2, 3], pages.Select(page => page.Index));
        Assert.Equal([7, 8, 8, 8], pages.Select(page => page.OldestFirst.Count));
        Assert.Equal(31, tree.TailCount);
        Assert.Equal([0, 1, 2, 3], tree.TailPages());
        Assert.Empty(tree.TakeDroppedPages());
        Assert.Equal(9, tree.PathOf(history[revision]).Count);

        var branch = history.Path(history.Edit(9));
        Assert.False(tree.CanMergeWithoutTail(branch));
        Assert.Throws<InvalidOperationException>(() => tree.Merge(branch, RevisionFlags.Stored, 2));
        Assert.Throws<InvalidOperationException>(() => tree.Remove([history[revision]], [], []));
        Assert.True(tree.MayBeInTail(history[9]));
        Assert.False(tree.MayBeInTail(history[35]));
        Assert.False(tree.TryFind(history[9], out _));
        Assert.Throws<InvalidDataException>(() => tree.AttachTail([pages[0], pages[1], pages[3]]));

        tree.AttachTail(pages);
        Assert.True(tree.TryFind(history[9], out _));
        Assert.Equal(MergeOutcome.NewBranch, tree.Merge(branch, RevisionFlags.Stored, 2));

        // The fork leaves only the part below it long enough for pages, which go to places of their own.
        var again = tree.SpillTail();
        Assert.Equal(20, tree.TailCount);
        Assert.Equal([1, 2, 3], again.Select(page => page.Index).Concat(tree.TailPages()).Distinct().Order());
        Assert.Equal([0], tree.TakeDroppedPages());
    }

    [Fact]
    public void Pages_that_did_not_change_are_not_written_again()
    {
        var history = new History();
        var revision = history.Edit(-1, 60);
        var tree = new RevisionTree();
        tree.Merge(history.Path(revision), RevisionFlags.Stored, 1);
        var pages = tree.SpillTail();
        Assert.Empty(tree.TakeDroppedPages());
        tree.AttachTail(pages);
        Assert.Empty(tree.SpillTail());
        Assert.Empty(tree.TakeDroppedPages());

        tree.AttachTail(pages);
        tree.Merge(history.Path(20), RevisionFlags.Stored, 2);
        Assert.Equal([2], tree.SpillTail().Select(page => page.Index));
        Assert.Empty(tree.TakeDroppedPages());
    }

    [Fact]
    public void Stemming_and_purging_say_which_pages_are_of_no_use_any_more()
    {
        var history = new History();
        var revision = history.Edit(-1, 60);
        var tree = new RevisionTree();
        tree.Merge(history.Path(revision), RevisionFlags.Stored, 1);
        var pages = tree.SpillTail();
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], pages.Select(page => page.Index));
        Assert.Empty(tree.TakeDroppedPages());

        tree.Stem(60, null);
        Assert.Empty(tree.TakeDroppedPages());
        tree.Stem(53, null);
        Assert.Equal([0], tree.TakeDroppedPages());
        Assert.Equal(48, tree.TailCount);
        tree.Stem(50, null);
        Assert.Empty(tree.TakeDroppedPages());
        Assert.Equal(45, tree.TailCount);
        var removed = new List<RevisionId>();
        tree.Stem(3, removed);
        Assert.Equal([1, 2, 3, 4, 5, 6], tree.TakeDroppedPages());
        Assert.Equal([history[55], history[56]], removed);
        Assert.Equal(history.Path(revision, 3), tree.PathOf(history[revision]).Select(node => node.Revision));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(0)]
    [InlineData(8)]
    public void With_pages_a_tree_does_the_same_as_without(int few)
    {
        Operations.Sample(
            operations =>
            {
                var history = new History();
                history.Edit(-1);
                var document = new PagedDocument(few);
                var whole = new RevisionTree();
                long sequence = 0;
                foreach (var operation in operations)
                {
                    sequence++;
                    var before = TreeText.Of(whole);
                    var wasChanged = false;
                    var result = Do(operation, history, whole, null, sequence);
                    var paged = "";
                    document.Update(tree =>
                    {
                        paged = Do(operation, history, tree, document, sequence);
                        wasChanged = tree.IsChanged;
                    });

                    Assert.Equal(result, paged);
                    Assert.Equal(TreeText.Of(whole), TreeText.Of(document.Whole()));
                    Assert.Equal(whole.Leaves, document.Read().Leaves);
                    Assert.Equal(before != TreeText.Of(whole), whole.IsChanged);
                    Assert.Equal(whole.IsChanged, wasChanged);
                    Assert.Equal(document.Pages.Keys.Order(), document.Read().TailPages());
                    whole.AcceptChanges();
                }
            },
            iter: 200);
    }

    /// <param name="operation">What to do, in numbers.</param>
    /// <param name="history">What there is to hear of; made longer for the tree without pages, which comes first.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="document">Where to load pages from; null for the tree without.</param>
    /// <param name="sequence">The update sequence.</param>
    private static string Do(
        (int Kind, int A, int B, int C) operation, History history, RevisionTree tree, PagedDocument? document, long sequence)
    {
        var (kind, a, b, c) = operation;
        var flags = c % 4 == 0 ? RevisionFlags.Stored | RevisionFlags.Deleted : RevisionFlags.Stored;
        var limit = c % 3 == 0 ? 1 + (b % 60) : 1000;
        if (kind < 8 && !tree.IsEmpty)
        {
            // Edits of a leaf, mostly the winner.
            var leaf = tree.Leaves[a % 3 == 0 ? a % tree.Leaves.Count : 0].Revision;
            for (var i = 0; i <= b % 20; i++)
            {
                var child = document is null ? history[history.Edit(history.Find(leaf))] : history.LastEditOf(leaf);
                tree.Append(leaf, child, flags, sequence);
                if (document is not null && !tree.CanStemWithoutTail(limit))
                {
                    document.Load(tree);
                }

                tree.Stem(limit, null);
                leaf = child;
            }

            return leaf.ToString();
        }

        if (kind < 17 || tree.IsEmpty)
        {
            // What another peer knows: a revision, perhaps with some edits that are new.
            if (document is null)
            {
                history.Edit(a % 5 == 0 ? -1 : b % history.Count, 1 + (c % (a % 4 == 0 ? 30 : 3)));
            }

            var revision = kind % 2 == 0 ? history.Count - 1 : c % history.Count;
            var path = history.Path(revision, a % 3 == 0 ? 1 + (b % 10) : 1000);
            document ??= new PagedDocument();
            return document.MergeAndStem(tree, path, flags, sequence, limit).ToString();
        }

        if (kind < 18)
        {
            if (document is not null && !tree.CanStemWithoutTail(1 + (a % 50)))
            {
                document.Load(tree);
            }

            tree.Stem(1 + (a % 50), null);
            return "";
        }

        if (tree.TailCount > 0)
        {
            document!.Load(tree);
        }

        var removedLeaves = new List<RevisionId>();
        var removedNodes = new List<RevisionId>();
        RevisionId[] unwanted = [tree.Leaves[a % tree.Leaves.Count].Revision, history[b % history.Count]];
        tree.Remove(unwanted, removedLeaves, removedNodes);
        return TreeText.Of(removedLeaves) + TreeText.Of(removedNodes.Order());
    }

    /// <summary>A document as an engine keeps it: a record, and pages beside it.</summary>
    private sealed class PagedDocument(int few = 64)
    {
        public byte[] Record { get; private set; } = TreeText.Bytes(new RevisionTree());

        public Dictionary<long, byte[]> Pages { get; } = [];

        public int PagesWritten { get; private set; }

        public int Loads { get; private set; }

        public RevisionTree Read() => RevisionTree.ReadFrom(Record, out _, few);

        public RevisionTree Whole()
        {
            var tree = Read();
            tree.AttachTail(ReadPages());
            return tree;
        }

        public void Update(Action<RevisionTree> update)
        {
            var tree = Read();
            update(tree);
            foreach (var page in tree.SpillTail())
            {
                var output = new ArrayBufferWriter<byte>();
                RevisionTreeCodec.WritePage(page, output);
                Pages[page.Index] = output.WrittenSpan.ToArray();
                PagesWritten++;
            }

            foreach (var index in tree.TakeDroppedPages())
            {
                Assert.True(Pages.Remove(index));
            }

            Record = TreeText.Bytes(tree);
        }

        public void Load(RevisionTree tree)
        {
            Loads++;
            tree.AttachTail(ReadPages());
        }

        public MergeOutcome MergeAndStem(RevisionTree tree, RevisionId[] path, RevisionFlags flags, long sequence, int limit)
        {
            if (!tree.CanMergeWithoutTail(path))
            {
                Load(tree);
            }

            var outcome = tree.Merge(path, flags, sequence);
            if (!tree.CanStemWithoutTail(limit))
            {
                Load(tree);
            }

            tree.Stem(limit, null);
            return outcome;
        }

        private List<AncestorPage> ReadPages() => [.. Pages.Select(page => RevisionTreeCodec.ReadPage(page.Key, page.Value))];
    }
}
