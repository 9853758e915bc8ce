using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CloudWall.Documents.Attachments.Deflate;

/// <summary>
/// Deflate (RFC 1951) with the same decisions as zlib, so that the output is byte-identical: which earlier positions are compared and how
/// many, when a match is deferred in favour of a longer one at the next byte, and when a block ends. Takes about 350 KiB for any input,
/// most of it pooled.
/// </summary>
internal sealed class Deflater
{
    private const int MinMatch = 3;
    private const int MaxMatch = 258;
    private const int WindowSize = 1 << 15;
    private const int WindowMask = WindowSize - 1;
    private const int MinLookahead = MaxMatch + MinMatch + 1;
    private const int MaxDistance = WindowSize - MinLookahead;
    private const int TooFar = 4096;
    private const int HashShift = 5;
    private const int HashSize = 1 << 15;

    private readonly byte[] _window = ArrayPool<byte>.Shared.Rent((2 * WindowSize) + MaxMatch + 8);
    private readonly ushort[] _head = ArrayPool<ushort>.Shared.Rent(HashSize);
    private readonly ushort[] _previous = ArrayPool<ushort>.Shared.Rent(WindowSize);
    private readonly BitWriter _output;
    private readonly DeflateBlock _block;
    private readonly Effort _effort;
    private int _hash;
    private int _start;
    private int _lookahead;
    private int _blockStart;
    private int _matchStart;
    private int _matchLength = MinMatch - 1;
    private bool _literalPending;
    private bool _hashStarted;

    /// <summary>Creates a compressor over an output stream.</summary>
    /// <param name="output">The output.</param>
    /// <param name="level">zlib's level, 1 to 9.</param>
    public Deflater(Stream output, int level)
    {
        _head.AsSpan(0, HashSize).Clear();
        _output = new BitWriter(output);
        _block = new DeflateBlock(_output);
        _effort = level switch
        {
            1 => new(4, 4, 8, 4, false),
            2 => new(4, 5, 16, 8, false),
            3 => new(4, 6, 32, 32, false),
            4 => new(4, 4, 16, 16, true),
            5 => new(8, 16, 32, 32, true),
            6 => new(8, 16, 128, 128, true),
            7 => new(8, 32, 128, 256, true),
            8 => new(32, 128, 258, 1024, true),
            9 => new(32, 258, 258, 4096, true),
            _ => throw new ArgumentOutOfRangeException(nameof(level)),
        };
    }

    /// <summary>Compresses bytes.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            if (_lookahead < MinLookahead)
            {
                Fill(ref data);
                if (_lookahead < MinLookahead)
                {
                    return;
                }
            }

            Compress(MinLookahead);
        }
    }

    /// <summary>Writes the rest; no further writes are possible.</summary>
    public void Finish()
    {
        Compress(1);
        if (_literalPending)
        {
            _block.AddLiteral(_window[_start - 1]);
            _literalPending = false;
        }

        Flush(isLast: true);
        ArrayPool<byte>.Shared.Return(_window);
        ArrayPool<ushort>.Shared.Return(_head);
        ArrayPool<ushort>.Shared.Return(_previous);
    }

    private void Compress(int least)
    {
        if (_effort.Lazy)
        {
            CompressLazily(least);
        }
        else
        {
            CompressAtOnce(least);
        }
    }

    /// <summary>Levels 1 to 3: takes each match immediately.</summary>
    private void CompressAtOnce(int least)
    {
        while (_lookahead >= least)
        {
            if (_lookahead < MinLookahead)
            {
                SlideWhenUsedUp();
            }

            var candidate = _lookahead >= MinMatch ? Insert(_start) : 0;
            var length = 0;
            if (candidate != 0 && _start - candidate <= MaxDistance)
            {
                length = LongestMatch(candidate, MinMatch - 1);
            }

            bool full;
            if (length >= MinMatch)
            {
                full = _block.AddMatch(_start - _matchStart, length);
                _lookahead -= length;
                if (length <= _effort.MaxLazy && _lookahead >= MinMatch)
                {
                    for (var i = 1; i < length; i++)
                    {
                        Insert(_start + i);
                    }

                    _start += length;
                }
                else
                {
                    _start += length;
                    _hash = _window[_start];
                    UpdateHash(_window[_start + 1]);
                }
            }
            else
            {
                full = _block.AddLiteral(_window[_start]);
                _lookahead--;
                _start++;
            }

            if (full)
            {
                Flush(isLast: false);
            }
        }
    }

    /// <summary>Levels 4 to 9: takes a match only if the next byte does not start a longer one.</summary>
    private void CompressLazily(int least)
    {
        while (_lookahead >= least)
        {
            if (_lookahead < MinLookahead)
            {
                SlideWhenUsedUp();
            }

            var candidate = _lookahead >= MinMatch ? Insert(_start) : 0;
            var earlierLength = _matchLength;
            var earlierStart = _matchStart;
            _matchLength = MinMatch - 1;
            if (candidate != 0 && earlierLength < _effort.MaxLazy && _start - candidate <= MaxDistance)
            {
                _matchLength = LongestMatch(candidate, earlierLength);
                if (_matchLength == MinMatch && _start - _matchStart > TooFar)
                {
                    _matchLength = MinMatch - 1;
                }
            }

            if (earlierLength >= MinMatch && _matchLength <= earlierLength)
            {
                var lastInsert = _start + _lookahead - MinMatch;
                var full = _block.AddMatch(_start - 1 - earlierStart, earlierLength);
                var end = _start + earlierLength - 1;
                for (_start++; _start < end; _start++)
                {
                    if (_start <= lastInsert)
                    {
                        Insert(_start);
                    }
                }

                _lookahead -= earlierLength - 1;
                _literalPending = false;
                _matchLength = MinMatch - 1;
                if (full)
                {
                    Flush(isLast: false);
                }

                continue;
            }

            if (_literalPending && _block.AddLiteral(_window[_start - 1]))
            {
                Flush(isLast: false);
            }

            _literalPending = true;
            _start++;
            _lookahead--;
        }
    }

    private void Flush(bool isLast)
    {
        // A block of long matches may have started before the window.
        var hasPlain = _blockStart >= 0;
        _block.Flush(hasPlain ? _window.AsSpan(_blockStart.._start) : default, hasPlain, isLast);
        _blockStart = _start;
    }

    /// <summary>Fills the window. Moves its upper half down when it is used up.</summary>
    private void Fill(ref ReadOnlySpan<byte> data)
    {
        do
        {
            SlideWhenUsedUp();
            if (data.IsEmpty)
            {
                return;
            }

            var room = Math.Min(data.Length, (2 * WindowSize) - _lookahead - _start);
            data[..room].CopyTo(_window.AsSpan(_start + _lookahead));
            data = data[room..];
            _lookahead += room;
            StartHash();
        }
        while (_lookahead < MinLookahead);
    }

    /// <summary>The hash covers three bytes, so it starts when three are available.</summary>
    private void StartHash()
    {
        if (!_hashStarted && _lookahead >= MinMatch)
        {
            _hashStarted = true;
            _hash = _window[_start];
            UpdateHash(_window[_start + 1]);
        }
    }

    private void SlideWhenUsedUp()
    {
        if (_start < WindowSize + MaxDistance)
        {
            return;
        }

        _window.AsSpan(WindowSize, WindowSize).CopyTo(_window);
        _matchStart -= WindowSize;
        _start -= WindowSize;
        _blockStart -= WindowSize;
        SlideAll(_head.AsSpan(0, HashSize));
        SlideAll(_previous.AsSpan(0, WindowSize));
    }

    private static void SlideAll(Span<ushort> places)
    {
        var vectors = MemoryMarshal.Cast<ushort, Vector<ushort>>(places);
        var size = new Vector<ushort>(WindowSize);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(vectors[i], size), vectors[i] - size, Vector<ushort>.Zero);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void UpdateHash(byte next) => _hash = ((_hash << HashShift) ^ next) & (HashSize - 1);

    /// <summary>Inserts a position into the hash table and returns the last one with the same hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Insert(int place)
    {
        UpdateHash(_window[place + MinMatch - 1]);
        var before = _head[_hash];
        _previous[place & WindowMask] = before;
        _head[_hash] = (ushort)place;
        return before;
    }

    /// <summary>
    /// Finds the longest match at the current position that exceeds a known length, among as many earlier positions as the level allows.
    /// Sets <see cref="_matchStart"/>.
    /// </summary>
    private int LongestMatch(int candidate, int longest)
    {
        ref var window = ref MemoryMarshal.GetArrayDataReference(_window);
        ref var previous = ref MemoryMarshal.GetArrayDataReference(_previous);
        var start = _start;
        ref var scan = ref Unsafe.Add(ref window, start);
        var chain = longest >= _effort.Good ? _effort.Chain >> 2 : _effort.Chain;
        var limit = Math.Max(0, start - MaxDistance);
        var enough = Math.Min(_effort.Nice, _lookahead);
        var first = Unsafe.ReadUnaligned<ushort>(ref scan);
        var last = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref scan, longest - 1));
        do
        {
            ref var match = ref Unsafe.Add(ref window, candidate);
            if (Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref match, longest - 1)) != last
                || Unsafe.ReadUnaligned<ushort>(ref match) != first)
            {
                continue;
            }

            var length = CommonLength(ref scan, ref match);
            if (length > longest)
            {
                _matchStart = candidate;
                longest = length;
                if (length >= enough)
                {
                    break;
                }

                last = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref scan, longest - 1));
            }
        }
        while ((candidate = Unsafe.Add(ref previous, candidate & WindowMask)) > limit && --chain != 0);

        return Math.Min(longest, _lookahead);
    }

    private static int CommonLength(ref byte scan, ref byte match)
    {
        for (var i = 0; i < MaxMatch; i += 8)
        {
            var difference = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref scan, i))
                ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref match, i));
            if (difference != 0)
            {
                return Math.Min(MaxMatch, i + (BitOperations.TrailingZeroCount(difference) / 8));
            }
        }

        return MaxMatch;
    }

    /// <summary>The search parameters of a level.</summary>
    /// <param name="Good">From this match length on, fewer positions are searched for a longer match.</param>
    /// <param name="MaxLazy">
    /// Lazy: from this match length on, the next byte is not tried. Immediate: up to this match length, all positions of a match are
    /// inserted.
    /// </param>
    /// <param name="Nice">A match of this length ends the search.</param>
    /// <param name="Chain">The maximum number of positions compared.</param>
    /// <param name="Lazy">Whether matches are deferred.</param>
    private sealed record Effort(int Good, int MaxLazy, int Nice, int Chain, bool Lazy);
}
