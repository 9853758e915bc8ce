using System.Numerics;

namespace CloudWall.Documents.Attachments.Deflate;

/// <summary>
/// The literals and matches of one block. It is written stored, with the fixed codes, or with dynamic codes, whichever zlib would choose as
/// the shortest. RFC 1951 section 3.2.
/// </summary>
internal sealed class DeflateBlock
{
    /// <summary>The maximum number of literals and matches in a block at zlib's memory level 8.</summary>
    private const int Capacity = (1 << 14) - 1;

    private const int EndOfBlock = 256;
    private const int LiteralsAndLengths = 286;
    private const int Distances = 30;
    private const int RepeatLast = 16;
    private const int RepeatZero = 17;
    private const int RepeatZeroLong = 18;

    private static readonly byte[] LengthExtra =
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static readonly byte[] LengthsOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private static readonly byte[] LengthBases = MakeLengthBases();
    private static readonly byte[] LengthCodes = MakeLengthCodes();
    private static readonly byte[] FixedLengths = MakeFixedLengths();
    private static readonly ushort[] FixedCodes = MakeCodes(FixedLengths);
    private static readonly byte[] FixedDistanceLengths = [.. Enumerable.Repeat((byte)5, Distances)];
    private static readonly ushort[] FixedDistanceCodes = MakeCodes(FixedDistanceLengths);

    private readonly BitWriter _output;
    private readonly ushort[] _distances = new ushort[Capacity];
    private readonly byte[] _values = new byte[Capacity];
    private readonly HuffmanTree _literals = new(LiteralsAndLengths, 15);
    private readonly HuffmanTree _distanceTree = new(Distances, 15);
    private readonly HuffmanTree _lengths = new(19, 7);
    private int _count;

    /// <summary>Creates an empty block.</summary>
    public DeflateBlock(BitWriter output)
    {
        _output = output;
        Clear();
    }

    /// <summary>Adds a byte.</summary>
    /// <returns>Whether the block is full.</returns>
    public bool AddLiteral(byte value)
    {
        _distances[_count] = 0;
        _values[_count++] = value;
        _literals.Frequencies[value]++;
        return _count == Capacity;
    }

    /// <summary>Adds a match of 3 to 258 bytes.</summary>
    /// <returns>Whether the block is full.</returns>
    public bool AddMatch(int distance, int length)
    {
        _distances[_count] = (ushort)distance;
        _values[_count++] = (byte)(length - 3);
        _literals.Frequencies[EndOfBlock + 1 + LengthCodes[length - 3]]++;
        _distanceTree.Frequencies[DistanceCode(distance - 1)]++;
        return _count == Capacity;
    }

    /// <summary>Writes the block and starts a new one.</summary>
    /// <param name="plain">The block's uncompressed bytes; empty if they are not available.</param>
    /// <param name="hasPlain">Whether the uncompressed bytes are available.</param>
    /// <param name="isLast">Whether it is the last block.</param>
    public void Flush(ReadOnlySpan<byte> plain, bool hasPlain, bool isLast)
    {
        _literals.Frequencies[EndOfBlock] = 1;
        _literals.Build();
        _distanceTree.Build();
        ScanLengths(_literals, write: false);
        ScanLengths(_distanceTree, write: false);
        _lengths.Build();
        var sent = LengthsOrder.Length;
        while (sent > 4 && _lengths.Lengths[LengthsOrder[sent - 1]] == 0)
        {
            sent--;
        }

        var own = SizeOf(_literals.Lengths, _distanceTree.Lengths) + SizeOfLengths() + (3 * sent) + 5 + 5 + 4;
        var ownBytes = (own + 3 + 7) / 8;
        var fixedBytes = (SizeOf(FixedLengths, FixedDistanceLengths) + 3 + 7) / 8;
        var last = isLast ? 1u : 0u;
        if (hasPlain && plain.Length + 4 <= Math.Min(ownBytes, fixedBytes))
        {
            _output.Write(last, 3);
            _output.Align();
            _output.Write((uint)plain.Length | (~(uint)plain.Length << 16), 32);
            _output.WriteBytes(plain);
        }
        else if (fixedBytes <= ownBytes)
        {
            _output.Write((1 << 1) | last, 3);
            WriteSymbols(FixedLengths, FixedCodes, FixedDistanceLengths, FixedDistanceCodes);
        }
        else
        {
            _output.Write((2 << 1) | last, 3);
            _output.Write((uint)(_literals.LastSymbol + 1 - 257), 5);
            _output.Write((uint)_distanceTree.LastSymbol, 5);
            _output.Write((uint)(sent - 4), 4);
            for (var i = 0; i < sent; i++)
            {
                _output.Write(_lengths.Lengths[LengthsOrder[i]], 3);
            }

            ScanLengths(_literals, write: true);
            ScanLengths(_distanceTree, write: true);
            WriteSymbols(_literals.Lengths, _literals.Codes, _distanceTree.Lengths, _distanceTree.Codes);
        }

        Clear();
        if (isLast)
        {
            _output.Align();
            _output.Drain();
        }
    }

    private static byte[] MakeLengthBases()
    {
        var bases = new byte[LengthExtra.Length];
        for (var code = 1; code < bases.Length - 1; code++)
        {
            bases[code] = (byte)(bases[code - 1] + (1 << LengthExtra[code - 1]));
        }

        // The maximum length, 258, has a code of its own.
        bases[^1] = byte.MaxValue;
        return bases;
    }

    private static byte[] MakeLengthCodes()
    {
        var codes = new byte[256];
        var code = 0;
        for (var length = 0; length < codes.Length; length++)
        {
            while (code + 1 < LengthBases.Length && length >= LengthBases[code + 1])
            {
                code++;
            }

            codes[length] = (byte)code;
        }

        return codes;
    }

    private static byte[] MakeFixedLengths()
    {
        var lengths = new byte[288];
        lengths.AsSpan(..144).Fill(8);
        lengths.AsSpan(144..256).Fill(9);
        lengths.AsSpan(256..280).Fill(7);
        lengths.AsSpan(280..).Fill(8);
        return lengths;
    }

    private static ushort[] MakeCodes(byte[] lengths)
    {
        var codes = new ushort[lengths.Length];
        HuffmanTree.AssignCodes(lengths, codes);
        return codes;
    }

    private static int DistanceCode(int distance)
    {
        if (distance < 2)
        {
            return distance;
        }

        var bits = BitOperations.Log2((uint)distance);
        return (2 * bits) + ((distance >> (bits - 1)) & 1);
    }

    private static int DistanceExtra(int code) => code < 4 ? 0 : (code / 2) - 1;

    private void Clear()
    {
        _count = 0;
        _literals.Frequencies.Clear();
        _distanceTree.Frequencies.Clear();
        _lengths.Frequencies.Clear();
    }

    /// <summary>The size of the symbols in bits with the given codes.</summary>
    private int SizeOf(ReadOnlySpan<byte> literals, ReadOnlySpan<byte> distances)
    {
        // A symbol that is counted only to get two codes does not occur, so it takes no bits.
        var size = (int)literals[EndOfBlock];
        for (var i = 0; i < _count; i++)
        {
            if (_distances[i] == 0)
            {
                size += literals[_values[i]];
                continue;
            }

            var length = LengthCodes[_values[i]];
            var distance = DistanceCode(_distances[i] - 1);
            size += literals[EndOfBlock + 1 + length] + LengthExtra[length] + distances[distance] + DistanceExtra(distance);
        }

        return size;
    }

    /// <summary>Run-length encodes the code lengths of a tree: counts the resulting symbols, or writes them.</summary>
    private void ScanLengths(HuffmanTree tree, bool write)
    {
        var lengths = tree.Lengths.AsSpan(0, tree.LastSymbol + 1);
        var previous = -1;
        for (var i = 0; i < lengths.Length;)
        {
            // The longest run is 138 zeros, 6 repetitions of the previous length, or 7 of a new one: itself and 6 repetitions.
            int length = lengths[i];
            var most = length == 0 ? 138 : length == previous ? 6 : 7;
            var run = 1;
            while (run < most && i + run < lengths.Length && lengths[i + run] == length)
            {
                run++;
            }

            i += run;
            var least = length == 0 || length == previous ? 3 : 4;
            if (run < least)
            {
                for (var n = 0; n < run; n++)
                {
                    Put(length, 0, 0, write);
                }
            }
            else if (length != 0)
            {
                if (length != previous)
                {
                    Put(length, 0, 0, write);
                    run--;
                }

                Put(RepeatLast, run - 3, 2, write);
            }
            else if (run <= 10)
            {
                Put(RepeatZero, run - 3, 3, write);
            }
            else
            {
                Put(RepeatZeroLong, run - 11, 7, write);
            }

            previous = length;
        }
    }

    private void Put(int symbol, int extra, int extraBits, bool write)
    {
        if (!write)
        {
            _lengths.Frequencies[symbol]++;
            return;
        }

        int length = _lengths.Lengths[symbol];
        _output.Write(_lengths.Codes[symbol] | ((uint)extra << length), length + extraBits);
    }

    private int SizeOfLengths()
    {
        var size = 0;
        for (var symbol = 0; symbol < LengthsOrder.Length; symbol++)
        {
            var extra = symbol switch
            {
                RepeatLast => 2,
                RepeatZero => 3,
                RepeatZeroLong => 7,
                _ => 0,
            };
            size += _lengths.Frequencies[symbol] * (_lengths.Lengths[symbol] + extra);
        }

        return size;
    }

    private void WriteSymbols(
        ReadOnlySpan<byte> literalLengths,
        ReadOnlySpan<ushort> literalCodes,
        ReadOnlySpan<byte> distanceLengths,
        ReadOnlySpan<ushort> distanceCodes)
    {
        for (var i = 0; i < _count; i++)
        {
            int value = _values[i];
            int distance = _distances[i];
            if (distance == 0)
            {
                _output.Write(literalCodes[value], literalLengths[value]);
                continue;
            }

            int code = LengthCodes[value];
            var symbol = EndOfBlock + 1 + code;
            _output.Write(
                literalCodes[symbol] | ((uint)(value - LengthBases[code]) << literalLengths[symbol]),
                literalLengths[symbol] + LengthExtra[code]);
            distance--;
            code = DistanceCode(distance);
            var extra = DistanceExtra(code);
            _output.Write(
                distanceCodes[code] | ((uint)(distance & ((1 << extra) - 1)) << distanceLengths[code]),
                distanceLengths[code] + extra);
        }

        _output.Write(literalCodes[EndOfBlock], literalLengths[EndOfBlock]);
    }
}
