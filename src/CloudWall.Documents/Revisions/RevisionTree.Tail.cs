namespace CloudWall.Documents.Revisions;

/// <content>The part of long histories that lives in pages outside the record.</content>
public sealed partial class RevisionTree
{
    /// <summary>The number of generations in a page. Pages start at multiples of it.</summary>
    public const int PageSize = 8;

    /// <summary>Loaded ancestors without forks are spilled to pages if there are at least this many in a row.</summary>
    public const int SpillThreshold = 12;

    /// <summary>The minimum number of loaded ancestors between pages and the next fork or leaf.</summary>
    public const int KeepLoaded = 4;

    // A page index is the gap's id above 40 bits of page number. Ancestors beyond that range stay in the record.
    private const int PageNumberBits = 40;
    private const long LastSpillable = PageSize * ((1L << PageNumberBits) - 1);

    private int _firstFreeGapId;
    private AncestorPage[] _attached = [];
    private PageRange[] _storedPages = [];

    /// <summary>The number of ancestors in pages; 0 if the whole tree is loaded.</summary>
    public int TailCount { get; private set; }

    /// <summary>
    /// Spills the older part of long runs of ancestors to pages. Call it after <see cref="Stem"/> and before the tree is written, also if
    /// the tail was attached.
    /// </summary>
    /// <returns>The pages to store together with the record; usually none. They replace stored pages of the same index.</returns>
    public IReadOnlyList<AncestorPage> SpillTail()
    {
        if (_count <= SpillThreshold)
        {
            return [];
        }

        List<AncestorPage>? pages = null;
        List<Run>? runs = null;
        for (var i = FirstRoot(); i != None; i = NextInOrder(i))
        {
            if (BeginsRun(i) && TryMeasure(i, out var run))
            {
                (runs ??= []).Add(run);
            }
        }

        if (runs is null)
        {
            return [];
        }

        var gapIds = GapIds();
        foreach (var run in runs)
        {
            Spill(run, gapIds, pages ??= []);
        }

        DropUnlinked();
        return pages ?? [];
    }

    /// <summary>
    /// Returns the obsolete stored pages, to be deleted together with the write of the record. Call it after <see cref="SpillTail"/>; from
    /// then on, the tree's pages count as stored.
    /// </summary>
    public IReadOnlyList<long> TakeDroppedPages()
    {
        if (_storedPages.Length == 0 && TailCount == 0)
        {
            return [];
        }

        List<long>? dropped = null;
        var present = PageRanges();
        foreach (var stored in _storedPages)
        {
            for (var index = stored.First; index <= stored.Last; index++)
            {
                var last = LastOfRange(present, index);
                Steps++;
                if (last < index)
                {
                    (dropped ??= []).Add(index);
                }
                else
                {
                    index = last;
                }
            }
        }

        _storedPages = present;
        return dropped ?? [];
    }

    /// <summary>The indexes of the tree's pages, ascending: the pages that <see cref="AttachTail"/> needs.</summary>
    public IReadOnlyList<long> TailPages()
    {
        var pages = new List<long>();
        foreach (var range in PageRanges())
        {
            for (var index = range.First; index <= range.Last; index++)
            {
                pages.Add(index);
            }
        }

        pages.Sort();
        return pages;
    }

    /// <summary>Loads the ancestors from their pages, so that the whole tree is in memory and <see cref="TailCount"/> is 0.</summary>
    /// <param name="pages">All pages of the document, in any order. Pages and nodes that the tree no longer contains are ignored.</param>
    /// <exception cref="InvalidDataException">A page or a node of it is missing.</exception>
    public void AttachTail(IReadOnlyList<AncestorPage> pages)
    {
        if (TailCount == 0)
        {
            return;
        }

        var slots = new Dictionary<long, int>(pages.Count);
        for (var slot = 0; slot < pages.Count; slot++)
        {
            slots[pages[slot].Index] = slot;
        }

        var loaded = _count;
        Steps += loaded;
        for (var i = 0; i < loaded; i++)
        {
            if (_nodes[i].GapLength > 0)
            {
                CheckPages(i, pages, slots);
            }
        }

        _attached = [.. pages];
        for (var i = 0; i < loaded; i++)
        {
            _nodes[i].Page = 0;
            if (_nodes[i].GapLength > 0)
            {
                FillGap(i, pages, slots);
            }
        }

        TailCount = 0;
        ForgetGaps();
    }

    /// <summary>
    /// Loads the ancestors from a later, completely loaded state of the same document. Ancestors that were stemmed since are left out.
    /// Afterwards the tree is read-only: it must not be written.
    /// </summary>
    /// <returns>False if the later state lacks more than stemmed ancestors; the tree is unchanged then.</returns>
    internal bool TryAttachTail(RevisionTree later)
    {
        var loaded = _count;
        for (var i = 0; i < loaded; i++)
        {
            if (_nodes[i].GapLength > 0)
            {
                var same = later.IndexOf(_nodes[i].Id);
                if (same == None || (_nodes[i].Parent != None && later.CountAncestors(same, _nodes[i].GapLength) < _nodes[i].GapLength))
                {
                    return false;
                }
            }
        }

        for (var i = 0; i < loaded; i++)
        {
            if (_nodes[i].GapLength > 0)
            {
                FillGap(i, later);
            }
        }

        TailCount = 0;
        ForgetGaps();
        return true;
    }

    /// <summary>
    /// Whether <see cref="Merge"/> works without the tail. It does if the path meets a loaded node and agrees with its loaded ancestors, or
    /// shares no generation with the pages. A revision's hash covers its ancestors, so those in pages agree as well.
    /// </summary>
    public bool CanMergeWithoutTail(ReadOnlySpan<RevisionId> path) => TailCount == 0 || TryMeet(path, out _);

    /// <summary>Whether a revision that is not loaded may be among the ancestors in pages, judged by its generation.</summary>
    public bool MayBeInTail(RevisionId revision) => IsGapBetween(revision.Generation, revision.Generation);

    /// <summary>Whether any of the revisions may be among the ancestors in pages, judged by generation.</summary>
    public bool AnyMayBeInTail(ReadOnlySpan<RevisionId> revisions)
    {
        if (TailCount == 0)
        {
            return false;
        }

        Steps += revisions.Length;
        foreach (ref readonly var revision in revisions)
        {
            if (MayBeInTail(revision))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The last page of the range that contains a page; -1 if there is none.</summary>
    private static long LastOfRange(PageRange[] ranges, long index)
    {
        // Ranges are disjoint, so both bounds ascend.
        var low = 0;
        for (var high = ranges.Length; low < high;)
        {
            var middle = (low + high) / 2;
            (low, high) = ranges[middle].Last < index ? (middle + 1, high) : (low, middle);
        }

        return low < ranges.Length && ranges[low].First <= index ? ranges[low].Last : -1;
    }

    private static long PageIndex(int gapId, long generation) => ((long)gapId << PageNumberBits) | (generation / PageSize);

    /// <summary>Finds the newest revision of a path among the loaded nodes of a tree with gaps.</summary>
    /// <param name="path">The path, newest first.</param>
    /// <param name="meeting">The node; <see cref="None"/> if the path is a tree of its own.</param>
    /// <returns>False if the answer depends on nodes in the gaps.</returns>
    private bool TryMeet(ReadOnlySpan<RevisionId> path, out int meeting)
    {
        meeting = None;
        var newest = path[0].Generation;
        var oldest = path[^1].Generation;
        for (var k = 0; k < path.Length && meeting == None; k++)
        {
            meeting = IndexOf(path[k]);
        }

        if (meeting == None)
        {
            return !IsGapBetween(oldest, newest);
        }

        var child = _nodes[meeting].FirstChild;
        if (_nodes[meeting].Id.Generation < newest && child != None && _nodes[child].GapLength > 0)
        {
            return false;
        }

        if (Occurrences(_nodes[meeting].Id) > 1)
        {
            return false;
        }

        var above = meeting;
        while (_nodes[above].Parent != None && _nodes[above].Id.Generation > oldest)
        {
            Steps++;
            above = _nodes[above].Parent;
            var generation = _nodes[above].Id.Generation;
            if (generation >= oldest && _nodes[above].Id != path[(int)(newest - generation)])
            {
                return false;
            }
        }

        if (_nodes[above].Parent == None && oldest < _nodes[above].Id.Generation)
        {
            if (_nodes[above].GapLength > 0 ? oldest < StartOf(above) : IsGapBetween(oldest, _nodes[above].Id.Generation - 1))
            {
                return false;
            }

            // The path's revisions above a root may occur in another tree, which then has precedence.
            for (var k = (int)(newest - StartOf(above)) + 1; k < path.Length; k++)
            {
                if (IndexOf(path[k]) != None)
                {
                    return false;
                }
            }
        }

        // Likewise, those below the meeting node may occur in a tree whose ancestors above its pages were stemmed.
        return !BeginsTreeBetween(_nodes[meeting].Id.Generation + 1, newest);
    }

    /// <summary>The topmost ancestor of a node on a path, down to a generation.</summary>
    private int TopOnPath(int i, long oldest)
    {
        while (_nodes[i].Parent != None && _nodes[i].Id.Generation > oldest)
        {
            Steps++;
            i = _nodes[i].Parent;
        }

        return i;
    }

    private int OnlyChild(int i)
    {
        var child = _nodes[i].FirstChild;
        return child != None && _nodes[child].NextSibling == None ? child : None;
    }

    private bool BeginsRun(int i) =>
        OnlyChild(i) != None && (_nodes[i].Parent == None || _nodes[i].GapLength > 0 || OnlyChild(_nodes[i].Parent) == None);

    /// <summary>Measures how much of the run that starts at a node can be spilled.</summary>
    private bool TryMeasure(int first, out Run run)
    {
        var length = 1;
        var last = first;
        Steps++;
        for (var next = OnlyChild(first); OnlyChild(next) != None && _nodes[next].GapLength == 0; next = OnlyChild(next))
        {
            last = next;
            length++;
            Steps++;
        }

        // The first node below a fork stays loaded, because its id determines the branch's order among its siblings.
        var from = _nodes[first].Parent == None || _nodes[first].GapLength > 0 ? first : OnlyChild(first);
        var end = (_nodes[last].Id.Generation + 1 - KeepLoaded) / PageSize * PageSize;
        run = new Run(from, end);
        return length > SpillThreshold && end > _nodes[from].Id.Generation && end <= LastSpillable;
    }

    private void Spill(Run run, HashSet<int> gapIds, List<AncestorPage> pages)
    {
        var spilled = 0;
        var bottom = run.From;
        var gapId = _nodes[run.From].GapLength > 0 ? _nodes[run.From].GapId : None;
        for (; _nodes[bottom].Id.Generation < run.End; bottom = _nodes[bottom].FirstChild)
        {
            if (gapId == None && _nodes[bottom].Page > 0)
            {
                gapId = (int)(_attached[_nodes[bottom].Page - 1].Index >> PageNumberBits);
            }

            _changed |= !_nodes[bottom].IsOld;
            spilled++;
        }

        if (gapId == None || (_nodes[run.From].GapLength == 0 && gapIds.Contains(gapId)))
        {
            gapId = FreeGapId(gapIds);
        }

        gapIds.Add(gapId);
        Steps += spilled;

        for (var i = run.From; i != bottom;)
        {
            i = AddPage(i, bottom, gapId, pages);
        }

        var above = _nodes[run.From].Parent;
        var gap = _nodes[run.From].GapLength + spilled;
        Unlink(run.From);
        for (var i = run.From; i != bottom; i = _nodes[i].FirstChild)
        {
            _nodes[i].Parent = Unlinked;
        }

        _nodes[bottom].GapLength = gap;
        _nodes[bottom].GapId = gapId;
        Link(above, bottom);
        TailCount += spilled;
    }

    /// <summary>Adds the page that starts with a node, unless the same page is stored already.</summary>
    /// <returns>The first node after the page.</returns>
    private int AddPage(int first, int bottom, int gapId, List<AncestorPage> pages)
    {
        var index = PageIndex(gapId, _nodes[first].Id.Generation);
        var stored = true;
        var nodes = new List<RevisionNode>(PageSize);
        var i = first;
        for (; i != bottom && PageIndex(gapId, _nodes[i].Id.Generation) == index; i = _nodes[i].FirstChild)
        {
            stored &= _nodes[i].Page > 0 && _attached[_nodes[i].Page - 1].Index == index;
            nodes.Add(NodeAt(i));
        }

        if (!stored)
        {
            pages.Add(new AncestorPage(index, nodes));
        }

        return i;
    }

    private HashSet<int> GapIds()
    {
        var gapIds = new HashSet<int>();
        _firstFreeGapId = 0;
        if (TailCount > 0)
        {
            foreach (ref readonly var node in All())
            {
                if (node.GapLength > 0)
                {
                    gapIds.Add(node.GapId);
                }
            }
        }

        return gapIds;
    }

    private int FreeGapId(HashSet<int> gapIds)
    {
        while (gapIds.Contains(_firstFreeGapId))
        {
            _firstFreeGapId++;
            Steps++;
        }

        return _firstFreeGapId;
    }

    /// <summary>Removes the spilled nodes from the array.</summary>
    private void DropUnlinked()
    {
        var places = new int[_count];
        var count = 0;
        for (var i = 0; i < _count; i++)
        {
            places[i] = _nodes[i].Parent == Unlinked ? None : count++;
        }

        var nodes = new Node[Math.Max(4, count + 1)];
        for (var i = 0; i < _count; i++)
        {
            if (places[i] == None)
            {
                continue;
            }

            ref var node = ref nodes[places[i]];
            node = _nodes[i];
            node.Parent = node.Parent == None ? None : places[node.Parent];
            node.FirstChild = node.FirstChild == None ? None : places[node.FirstChild];
            node.NextSibling = node.NextSibling == None ? None : places[node.NextSibling];
        }

        Steps += _count;
        var first = _unordered ? None : places[_firstRoot];
        Replace(nodes, count);
        _firstRoot = first;
    }

    private void CheckPages(int bottom, IReadOnlyList<AncestorPage> pages, Dictionary<long, int> slots)
    {
        for (var generation = StartOf(bottom); generation < _nodes[bottom].Id.Generation; generation++)
        {
            if (!slots.TryGetValue(PageIndex(_nodes[bottom].GapId, generation), out var slot)
                || !TryFindIn(pages[slot], generation, out _))
            {
                throw new InvalidDataException("A page of a document's older revisions is missing.");
            }
        }
    }

    private void FillGap(int bottom, IReadOnlyList<AncestorPage> pages, Dictionary<long, int> slots)
    {
        var start = StartOf(bottom);
        var end = _nodes[bottom].Id.Generation;
        var gapId = _nodes[bottom].GapId;
        var parent = _nodes[bottom].Parent;
        Unlink(bottom);
        _nodes[bottom].GapLength = 0;
        for (var generation = start; generation < end; generation++)
        {
            var slot = slots[PageIndex(gapId, generation)];
            _ = TryFindIn(pages[slot], generation, out var stored);
            var node = Add(stored.Revision, new NodeValue(stored.Flags, 0, IsOld: true, slot + 1));
            Link(parent, node);
            parent = node;
        }

        Link(parent, bottom);
    }

    private void FillGap(int bottom, RevisionTree later)
    {
        var parent = _nodes[bottom].Parent;
        var left = _nodes[bottom].GapLength;
        Unlink(bottom);
        _nodes[bottom].GapLength = 0;
        var child = bottom;
        for (var i = later._nodes[later.IndexOf(_nodes[bottom].Id)].Parent; i != None && left > 0; i = later._nodes[i].Parent, left--)
        {
            var node = Add(later._nodes[i].Id, new NodeValue(later._nodes[i].Flags, 0, IsOld: true, Page: 0));
            _nodes[node].FirstChild = child;
            _nodes[child].Parent = node;
            _nodes[child].NextSibling = None;
            child = node;
        }

        Link(parent, child);
    }

    private int CountAncestors(int i, int most)
    {
        var count = 0;
        for (i = _nodes[i].Parent; i != None && count < most; i = _nodes[i].Parent)
        {
            count++;
        }

        return count;
    }

    private static bool TryFindIn(AncestorPage page, long generation, out RevisionNode node)
    {
        node = default;
        if (page.OldestFirst.Count == 0)
        {
            return false;
        }

        var at = generation - page.OldestFirst[0].Revision.Generation;
        if (at < 0 || at >= page.OldestFirst.Count)
        {
            return false;
        }

        node = page.OldestFirst[(int)at];
        return node.Revision.Generation == generation;
    }

    private void CountTail()
    {
        if (TailCount == 0)
        {
            return;
        }

        TailCount = 0;
        foreach (ref readonly var node in All())
        {
            TailCount += node.GapLength;
        }
    }

    private PageRange[] PageRanges()
    {
        if (TailCount == 0)
        {
            return [];
        }

        var ranges = new List<PageRange>(1);
        Steps += _count;
        for (var i = 0; i < _count; i++)
        {
            ref readonly var node = ref _nodes[i];
            if (node.GapLength > 0)
            {
                ranges.Add(new PageRange(PageIndex(node.GapId, StartOf(i)), PageIndex(node.GapId, node.Id.Generation - 1)));
            }
        }

        ranges.Sort(static (a, b) => a.First.CompareTo(b.First));
        return [.. ranges];
    }

    /// <summary>The parent index of nodes that were moved to a page.</summary>
    private const int Unlinked = -2;

    private readonly record struct Run(int From, long End);

    private readonly record struct PageRange(long First, long Last);
}
