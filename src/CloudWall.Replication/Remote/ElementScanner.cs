namespace CloudWall.Replication.Remote;

/// <summary>Finds where the elements of a JSON array or the members of a JSON object end, in whatever pieces it comes.</summary>
internal struct ElementScanner
{
    private int _depth;
    private bool _inText;
    private bool _escaped;

    /// <summary>Where an element ends.</summary>
    public enum Found
    {
        /// <summary>Not in these bytes.</summary>
        Nothing,

        /// <summary>At a comma.</summary>
        Element,

        /// <summary>At the bracket that ends the array or object.</summary>
        End,
    }

    /// <summary>Looks at the next bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="found">What stands at the place.</param>
    /// <returns>The place of the comma or bracket; the number of the bytes where there is none in them.</returns>
    public int Next(ReadOnlySpan<byte> bytes, out Found found)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            if (_inText)
            {
                at += SkipText(bytes[at..]);
                continue;
            }

            switch (bytes[at])
            {
                case (byte)'"':
                    _inText = true;
                    break;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    break;
                case (byte)'}' or (byte)']' when _depth == 0:
                    found = Found.End;
                    return at;
                case (byte)'}' or (byte)']':
                    _depth--;
                    break;
                case (byte)',' when _depth == 0:
                    found = Found.Element;
                    return at;
            }

            at++;
        }

        found = Found.Nothing;
        return at;
    }

    private int SkipText(ReadOnlySpan<byte> bytes)
    {
        if (_escaped)
        {
            _escaped = false;
            return 1;
        }

        var at = bytes.IndexOfAny((byte)'"', (byte)'\\');
        if (at < 0)
        {
            return bytes.Length;
        }

        _escaped = bytes[at] == '\\';
        _inText = _escaped;
        return at + 1;
    }
}
