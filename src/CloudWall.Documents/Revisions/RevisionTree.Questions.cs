using System.Runtime.InteropServices;

namespace CloudWall.Documents.Revisions;

/// <content>What replicators ask about many revisions together.</content>
public sealed partial class RevisionTree
{
    /// <summary>Up to this many revisions are compared with each other.</summary>
    private const int FewRevisions = 8;

    /// <summary>After how many revisions it is asked whether anybody still waits.</summary>
    private const int RevisionsPerLook = 4096;

    /// <summary>
    /// Adds the leaves that descend from a revision, or the revision itself where it is a leaf, as <c>open_revs</c> with
    /// <c>latest=true</c> asks for. None where the revision is not among the loaded nodes.
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

    /// <summary>
    /// Adds the leaves that descend from any of the revisions, each once though several lead to it, in the tree's own order.
    /// </summary>
    /// <param name="revisions">The revisions asked for.</param>
    /// <param name="into">Receives the leaves.</param>
    /// <param name="missing">Receives the revisions that are not in the tree, in the order given.</param>
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
    /// Which of the revisions are not among the loaded nodes, in ascending order, as <c>_revs_diff</c> and <c>_missing_revs</c>
    /// report. A revision asked for twice is found only once, as in CouchDB. Check <see cref="MayBeInTail"/> for the result.
    /// </summary>
    /// <param name="revisions">The revisions asked for.</param>
    /// <param name="cancellation">Gives up.</param>
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
            // How often each revision that is there can still be found.
            var left = new Dictionary<RevisionId, int>();
            for (var i = 0; i < revisions.Length; i++)
            {
                if (i % RevisionsPerLook == 0)
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
    /// The leaves that may be ancestors of missing revisions, as <c>_revs_diff</c> reports: those with a lower generation than the
    /// highest of the missing ones, in the order of <see cref="Leaves"/>.
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

    /// <summary>Revisions that were asked for and have not been found yet; one that was asked for twice is found twice.</summary>
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

        /// <summary>Adds those that are left: of equal ones the first were taken.</summary>
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
