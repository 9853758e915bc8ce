namespace CloudWall.Mango.Patterns;

/// <summary>A set of bytes.</summary>
internal readonly record struct ByteSet
{
    private readonly UInt128 _low;
    private readonly UInt128 _high;

    private ByteSet(UInt128 low, UInt128 high) => (_low, _high) = (low, high);

    /// <summary>All bytes.</summary>
    public static ByteSet All { get; } = new(UInt128.MaxValue, UInt128.MaxValue);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _low == 0 && _high == 0;

    /// <summary>A single byte.</summary>
    public static ByteSet Of(int value) => Of(value, value);

    /// <summary>The bytes from one to another.</summary>
    public static ByteSet Of(int first, int last)
    {
        var set = default(ByteSet);
        for (var value = first; value <= last; value++)
        {
            set |= value < 128 ? new ByteSet(UInt128.One << value, 0) : new ByteSet(0, UInt128.One << (value - 128));
        }

        return set;
    }

    /// <summary>The bytes that satisfy a condition.</summary>
    public static ByteSet Where(Func<int, bool> condition)
    {
        var set = default(ByteSet);
        for (var value = 0; value < 256; value++)
        {
            set = condition(value) ? set | Of(value) : set;
        }

        return set;
    }

    public static ByteSet operator |(ByteSet one, ByteSet other) => new(one._low | other._low, one._high | other._high);

    public static ByteSet operator &(ByteSet one, ByteSet other) => new(one._low & other._low, one._high & other._high);

    public static ByteSet operator ~(ByteSet set) => new(~set._low, ~set._high);

    /// <summary>Whether a byte is in it.</summary>
    public bool Contains(int value) => ((value < 128 ? _low >> value : _high >> (value - 128)) & 1) != 0;

    /// <summary>The set as a table, for loops.</summary>
    public bool[] ToTable()
    {
        var table = new bool[256];
        for (var value = 0; value < table.Length; value++)
        {
            table[value] = Contains(value);
        }

        return table;
    }
}
