using System.Runtime.InteropServices;

namespace CloudWall.Documents.Revisions;

/// <content>What replicators ask about many revisions together.</content>
public sealed partial class RevisionTree
{
    /// <summary>Up to this many revisions, a nested loop is faster than a dictionary.</summary>
    private const int FewRevisions = 8;

    /// <summary>How many revisions are processed between checks for cancellation.</summary>
    private const int RevisionsPerCheck = 4096;

    /// <summary>
    /// Adds the leaves below a revision, or the revision itself if it is a leaf, for <c>open_revs</c> with <c>latest=true</c>. Adds none if
    /// the revision is not among the loaded nodes.
    /// </summary>
    public void CollectLeavesBelow(RevisionId revision, ICollection<RevisionLeaf> into)
    {
        _ = FirstRoot();
        var top = IndexOf(revision);
        for (var i = top; i != None; i = NextBelow(i, top))
        {
            if (_nodes[i].FirstChild == None)
            {
                into.Add(LeafAt(i));
            }
        }
    }

    /// <summary>Adds the leaves below any of the revisions in tree order, each leaf once.</summary>
    /// <param name="revisions">The requested revisions.</param>
    /// <param name="into">Receives the leaves.</param>
    /// <param name="missing">Receives the revisions that are not in the tree, in the given order.</param>
    public void CollectLeavesBelow(
        ReadOnlySpan<RevisionId> revisions, ICollection<RevisionLeaf> into, ICollection<RevisionId> missing)
    {
        var pending = new PendingRevisions(revisions);
        var ofTrees = new List<List<RevisionLeaf>>();
        Steps += revisions.Length;
        for (var root = FirstRoot(); root != None && pending.Count > 0; root = _nodes[root].NextSibling)
        {
            List<RevisionLeaf>? found = null;
            for (var i = root; i != None && pending.Count > 0;)
            {
                if (!pending.Take(_nodes[i].Id))
                {
                    i = NextBelow(i, root);
                    continue;
                }

                for (var below = i; below != None; below = NextBelow(below, i))
                {
                    pending.Take(_nodes[below].Id);
                    if (_nodes[below].FirstChild == None)
                    {
                        (found ??= []).Add(LeafAt(below));
                    }
                }

                i = NextBeside(i, root);
            }

            if (found is not null)
            {
                ofTrees.Add(found);
            }
        }

        for (var i = ofTrees.Count - 1; i >= 0; i--)
        {
            foreach (var leaf in ofTrees[i])
            {
                into.Add(leaf);
            }
        }

        pending.CopyTo(revisions, missing);
    }

    /// <summary>
    /// Finds the revisions that are not among the loaded nodes, ascending, as <c>_revs_diff</c> and <c>_missing_revs</c> report them. Like
    /// in CouchDB, the second occurrence of a requested revision counts as missing. Check <see cref="MayBeInTail"/> for the result.
    /// </summary>
    /// <param name="revisions">The requested revisions.</param>
    /// <param name="cancellation">Cancels the search.</param>
    public IReadOnlyList<RevisionId> FindMissing(ReadOnlySpan<RevisionId> revisions, CancellationToken cancellation = default)
    {
        var missing = new List<RevisionId>();
        Steps += revisions.Length;
        if (revisions.Length <= FewRevisions)
        {
            for (var i = 0; i < revisions.Length; i++)
            {
                if (Occurrences(revisions[i]) <= revisions[..i].Count(revisions[i]))
                {
                    missing.Add(revisions[i]);
                }
            }
        }
        else
        {
            // How many occurrences in the tree remain to be matched for each revision.
            var left = new Dictionary<RevisionId, int>();
            for (var i = 0; i < revisions.Length; i++)
            {
                if (i % RevisionsPerCheck == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                }

                if (!TryTake(left, revisions[i]))
                {
                    missing.Add(revisions[i]);
                }
            }
        }

        missing.Sort();
        return missing;
    }

    /// <summary>
    /// The possible ancestors of missing revisions, as <c>_revs_diff</c> reports them: the leaves with a lower generation than the highest
    /// missing one, in the order of <see cref="Leaves"/>.
    /// </summary>
    public IReadOnlyList<RevisionId> PossibleAncestors(IEnumerable<RevisionId> missing)
    {
        var highest = long.MinValue;
        foreach (var revision in missing)
        {
            highest = Math.Max(highest, revision.Generation);
        }

        var ancestors = new List<RevisionId>();
        foreach (var leaf in Leaves)
        {
            if (leaf.Revision.Generation < highest)
            {
                ancestors.Add(leaf.Revision);
            }
        }

        Steps += _leafCount;
        return ancestors;
    }

    private bool TryTake(Dictionary<RevisionId, int> left, RevisionId revision)
    {
        if (left.Count > 0)
        {
            ref var times = ref CollectionsMarshal.GetValueRefOrNullRef(left, revision);
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref times))
            {
                return times-- > 0;
            }
        }

        var occurrences = Occurrences(revision);
        if (occurrences > 0)
        {
            left.Add(revision, occurrences - 1);
        }

        return occurrences > 0;
    }

    /// <summary>The requested revisions that were not found yet. A revision that was requested twice can be found twice.</summary>
    private sealed class PendingRevisions
    {
        private readonly Dictionary<RevisionId, int> _left;
        private readonly Dictionary<RevisionId, int> _taken = [];

        public PendingRevisions(ReadOnlySpan<RevisionId> revisions)
        {
            _left = new Dictionary<RevisionId, int>(revisions.Length);
            foreach (ref readonly var revision in revisions)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_left, revision, out _)++;
            }

            Count = revisions.Length;
        }

        public int Count { get; private set; }

        public bool Take(in RevisionId revision)
        {
            ref var left = ref CollectionsMarshal.GetValueRefOrNullRef(_left, revision);
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref left) || left == 0)
            {
                return false;
            }

            left--;
            Count--;
            CollectionsMarshal.GetValueRefOrAddDefault(_taken, revision, out _)++;
            return true;
        }

        /// <summary>Adds the remaining revisions; of equal ones, the first occurrences were found.</summary>
        public void CopyTo(ReadOnlySpan<RevisionId> revisions, ICollection<RevisionId> into)
        {
            foreach (ref readonly var revision in revisions)
            {
                ref var taken = ref CollectionsMarshal.GetValueRefOrNullRef(_taken, revision);
                if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref taken) || taken-- <= 0)
                {
                    into.Add(revision);
                }
            }
        }
    }
}
