namespace CloudWall.Indexing.Views;

/// <summary>A level as it will be after a batch: the stored entries merged with the batch's changes.</summary>
internal sealed class MergedLevel(LevelReader stored, Edits edits)
{
    private int _edit;
    private bool _hasStored;
    private bool _onEdit;

    public ReadOnlySpan<byte> Key => _onEdit ? edits[_edit].Key : stored.Key;

    public ReadOnlySpan<byte> Value => _onEdit ? edits[_edit].Value : stored.Value;

    /// <summary>Moves to the first key at or after a key.</summary>
    public bool Seek(ReadOnlySpan<byte> key)
    {
        _hasStored = stored.SeekForwards(key);
        _edit = edits.LowerBound(key);
        return SkipRemoved();
    }

    public bool MoveNext()
    {
        if (_onEdit)
        {
            _edit++;
        }
        else
        {
            _hasStored = stored.MoveNext();
        }

        return SkipRemoved();
    }

    private bool SkipRemoved()
    {
        while (true)
        {
            if (_edit >= edits.Count)
            {
                _onEdit = false;
                return _hasStored;
            }

            var (key, value) = edits[_edit];
            var order = _hasStored ? stored.Key.SequenceCompareTo(key) : 1;
            if (order < 0)
            {
                _onEdit = false;
                return true;
            }

            if (order == 0)
            {
                _hasStored = stored.MoveNext();
            }

            if (value is not null)
            {
                _onEdit = true;
                return true;
            }

            _edit++;
        }
    }
}
