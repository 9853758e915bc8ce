namespace CloudWall.Documents.Revisions;

/// <content>Which generations are not loaded.</content>
public sealed partial class RevisionTree
{
    /// <summary>Generations covered by any gap, as ascending disjoint ranges; null until first needed.</summary>
    private List<(long First, long Last)>? _gaps;

    /// <summary>The first generations of trees whose oldest ancestors are in pages, ascending.</summary>
    private List<long> _starts = [];

    /// <summary>Whether an ancestor that is not loaded may have one of these generations.</summary>
    private bool IsGapBetween(long oldest, long newest)
    {
        if (TailCount == 0)
        {
            return false;
        }

        // The last gap that starts at or before the range's end.
        var gaps = _gaps ?? CollectGaps();
        var low = 0;
        for (var high = gaps.Count; low < high;)
        {
            var middle = (low + high) / 2;
            (low, high) = gaps[middle].First <= newest ? (middle + 1, high) : (low, middle);
        }

        Steps++;
        return low > 0 && oldest <= gaps[low - 1].Last;
    }

    /// <summary>Whether a tree whose oldest ancestors are in pages starts at one of these generations.</summary>
    private bool BeginsTreeBetween(long oldest, long newest)
    {
        _ = _gaps ?? CollectGaps();
        var at = _starts.BinarySearch(oldest);
        at = at < 0 ? ~at : at;
        return at < _starts.Count && _starts[at] <= newest;
    }

    private List<(long First, long Last)> CollectGaps()
    {
        var all = new List<(long First, long Last)>();
        _starts = [];
        Steps += _count;
        for (var i = 0; i < _count; i++)
        {
            if (_nodes[i].GapLength > 0)
            {
                all.Add((StartOf(i), _nodes[i].Id.Generation - 1));
                if (_nodes[i].Parent == None)
                {
                    _starts.Add(StartOf(i));
                }
            }
        }

        _starts.Sort();
        all.Sort();
        var gaps = new List<(long First, long Last)>();
        foreach (var gap in all)
        {
            if (gaps.Count > 0 && gap.First <= gaps[^1].Last)
            {
                gaps[^1] = (gaps[^1].First, Math.Max(gaps[^1].Last, gap.Last));
            }
            else
            {
                gaps.Add(gap);
            }
        }

        return _gaps = gaps;
    }

    private void ForgetGaps() => _gaps = null;
}
