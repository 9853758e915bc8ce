namespace CloudWall.Indexing.Views;

/// <summary>A level as it will be: what is stored, with a batch's changes.</summary>
internal sealed class MergedLevel(LevelReader stored, Edits edits)
{
    private int _edit;
    private bool _hasStored;
    private bool _onEdit;

    public ReadOnlySpan<byte> Key => _onEdit ? edits[_edit].Key : stored.Key;

    public ReadOnlySpan<byte> Value => _onEdit ? edits[_edit].Value : stored.Value;

    /// <summary>Goes to the first key at or after one.</summary>
    public bool Seek(ReadOnlySpan<byte> key)
    {
        _hasStored = stored.SeekForwards(key);
        _edit = edits.LowerBound(key);
        return Settle();
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

        return Settle();
    }

    private bool Settle()
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
