namespace CloudWall.Mango.Matching;

/// <summary>The elements of an array, or the names of an object's members, in normal form.</summary>
internal ref struct Elements
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly bool _names;
    private int _next;

    /// <summary>Begins before the first.</summary>
    /// <param name="json">An array or an object.</param>
    public Elements(ReadOnlySpan<byte> json)
    {
        _json = json;
        _names = json[0] == '{';
        _next = 1;
    }

    /// <summary>The element or, with its quotes, the name.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Moves on.</summary>
    public bool MoveNext()
    {
        if (_json[_next] is (byte)']' or (byte)'}')
        {
            return false;
        }

        var start = _next;
        var end = NormalScan.SkipValue(_json, start);
        Current = _json[start..end];
        _next = _names ? NormalScan.SkipValue(_json, end + 1) : end;
        if (_json[_next] == ',')
        {
            _next++;
        }

        return true;
    }
}
