namespace CloudWall.Documents.Attachments.Deflate;

/// <summary>
/// Builds the code lengths and codes of one alphabet of a block from symbol frequencies. Ties are broken like in zlib: the shallower node
/// first, then the one at the top of zlib's heap.
/// </summary>
internal sealed class HuffmanTree
{
    private const int MaxBits = 15;

    private readonly int _symbols;
    private readonly int _maxLength;
    private readonly int[] _frequency;
    private readonly int[] _parent;
    private readonly byte[] _depth;
    private readonly int[] _heap;
    private int _heapLength;
    private int _heapTop;

    /// <summary>Creates a tree for an alphabet.</summary>
    /// <param name="symbols">The number of symbols.</param>
    /// <param name="maxLength">The maximum code length in bits.</param>
    public HuffmanTree(int symbols, int maxLength)
    {
        _symbols = symbols;
        _maxLength = maxLength;
        var nodes = (2 * symbols) + 1;
        _frequency = new int[nodes];
        _parent = new int[nodes];
        _depth = new byte[nodes];
        _heap = new int[nodes];
        Lengths = new byte[nodes];
        Codes = new ushort[symbols];
    }

    /// <summary>The code length of each symbol; 0 if it does not occur.</summary>
    public byte[] Lengths { get; }

    /// <summary>The code of each symbol, first bit lowest.</summary>
    public ushort[] Codes { get; }

    /// <summary>The last symbol that has a code.</summary>
    public int LastSymbol { get; private set; }

    /// <summary>The frequency of each symbol.</summary>
    public Span<int> Frequencies => _frequency.AsSpan(0, _symbols);

    /// <summary>Builds the codes.</summary>
    public void Build()
    {
        _heapLength = 0;
        _heapTop = _heap.Length;
        LastSymbol = -1;
        for (var symbol = 0; symbol < _symbols; symbol++)
        {
            Lengths[symbol] = 0;
            if (_frequency[symbol] != 0)
            {
                Begin(symbol);
                LastSymbol = symbol;
            }
        }

        // Even an unused alphabet gets two codes, which old decoders require.
        while (_heapLength < 2)
        {
            var symbol = LastSymbol < 2 ? ++LastSymbol : 0;
            _frequency[symbol] = 1;
            Begin(symbol);
        }

        for (var i = _heapLength / 2; i >= 1; i--)
        {
            Sink(i);
        }

        Join();
        Measure();
        AssignCodes(Lengths.AsSpan(0, LastSymbol + 1), Codes);
    }

    /// <summary>Assigns canonical codes to lengths, RFC 1951 section 3.2.2, with reversed bits for the output.</summary>
    public static void AssignCodes(ReadOnlySpan<byte> lengths, Span<ushort> codes)
    {
        Span<int> counts = stackalloc int[MaxBits + 1];
        counts.Clear();
        foreach (var length in lengths)
        {
            counts[length]++;
        }

        Span<int> next = stackalloc int[MaxBits + 1];
        counts[0] = 0;
        next[0] = 0;
        for (var bits = 1; bits <= MaxBits; bits++)
        {
            next[bits] = (next[bits - 1] + counts[bits - 1]) << 1;
        }

        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (lengths[symbol] != 0)
            {
                codes[symbol] = Reverse(next[lengths[symbol]]++, lengths[symbol]);
            }
        }
    }

    private static ushort Reverse(int code, int length)
    {
        var reversed = 0;
        for (; length > 0; length--)
        {
            reversed = (reversed << 1) | (code & 1);
            code >>= 1;
        }

        return (ushort)reversed;
    }

    private void Begin(int symbol)
    {
        _heap[++_heapLength] = symbol;
        _depth[symbol] = 0;
    }

    /// <summary>Joins the two rarest nodes until one remains. The upper end of the heap array records their order.</summary>
    private void Join()
    {
        var node = _symbols;
        do
        {
            var rarest = _heap[1];
            _heap[1] = _heap[_heapLength--];
            Sink(1);
            var second = _heap[1];
            _heap[--_heapTop] = rarest;
            _heap[--_heapTop] = second;
            _frequency[node] = _frequency[rarest] + _frequency[second];
            _depth[node] = (byte)(Math.Max(_depth[rarest], _depth[second]) + 1);
            _parent[rarest] = node;
            _parent[second] = node;
            _heap[1] = node++;
            Sink(1);
        }
        while (_heapLength >= 2);

        _heap[--_heapTop] = _heap[1];
    }

    /// <summary>Computes each node's length from its parent's, and limits excessive lengths.</summary>
    private void Measure()
    {
        Span<int> counts = stackalloc int[MaxBits + 1];
        counts.Clear();
        Lengths[_heap[_heapTop]] = 0;
        var tooLong = 0;
        for (var h = _heapTop + 1; h < _heap.Length; h++)
        {
            var node = _heap[h];
            var length = Lengths[_parent[node]] + 1;
            if (length > _maxLength)
            {
                length = _maxLength;
                tooLong++;
            }

            Lengths[node] = (byte)length;
            if (node < _symbols)
            {
                counts[length]++;
            }
        }

        if (tooLong == 0)
        {
            return;
        }

        // Moves a leaf one level down and makes an overlong leaf its sibling.
        for (; tooLong > 0; tooLong -= 2)
        {
            var length = _maxLength - 1;
            while (counts[length] == 0)
            {
                length--;
            }

            counts[length]--;
            counts[length + 1] += 2;
            counts[_maxLength]--;
        }

        var at = _heap.Length;
        for (var length = _maxLength; length > 0; length--)
        {
            for (var left = counts[length]; left > 0;)
            {
                var node = _heap[--at];
                if (node < _symbols)
                {
                    Lengths[node] = (byte)length;
                    left--;
                }
            }
        }
    }

    private void Sink(int at)
    {
        var node = _heap[at];
        for (var child = at * 2; child <= _heapLength; child *= 2)
        {
            if (child < _heapLength && IsBefore(_heap[child + 1], _heap[child]))
            {
                child++;
            }

            if (IsBefore(node, _heap[child]))
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = node;
    }

    private bool IsBefore(int left, int right) =>
        _frequency[left] < _frequency[right] || (_frequency[left] == _frequency[right] && _depth[left] <= _depth[right]);
}
