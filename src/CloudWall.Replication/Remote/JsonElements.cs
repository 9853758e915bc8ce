using System.Buffers;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Buffers;

namespace CloudWall.Replication.Remote;

/// <summary>
/// Reads the elements of one JSON array, or the members of one object, as they arrive, each whole, so that memory holds the largest of
/// them and not the answer. What stands around them is kept for later. Elements are not checked: whoever parses them finds out.
/// </summary>
internal sealed class JsonElements : IDisposable
{
    private const int FirstBuffer = 32 * 1024;

    /// <summary>An element, and the forms that are made of it.</summary>
    private const int Forms = 3;

    /// <summary>What an answer may have around its array.</summary>
    private const int MaxFrame = 1 << 16;

    /// <summary>Line ends are the signs of life of a peer that has nothing to say. So many are none.</summary>
    private const long MaxBlanks = 1 << 20;

    /// <summary>How often an element may be longer than may be read, and is passed over all the same.</summary>
    private const int MaxTooLong = 64;

    /// <summary>How many times as long as may be read an element may be that is passed over. One that is longer has no end.</summary>
    private const int MostPassedOver = 8;

    private readonly Stream _source;
    private readonly string? _member;
    private readonly byte[]? _name;
    private readonly int _maxElement;
    private readonly bool _passesOver;
    private readonly MemoryShare? _memory;
    private readonly ArrayBufferWriter<byte> _frame = new(256);
    private readonly LongBytes _buffer = new(FirstBuffer);
    private int _start;
    private int _end;
    private long _blanks;
    private State _state = State.Before;

    /// <summary>A reader before the first element.</summary>
    /// <param name="source">The answer; whoever opened it closes it.</param>
    /// <param name="member">The member of the answer's object that is the array; null where the answer itself is the array or
    /// object.</param>
    /// <param name="options">How long an element may be, and what memory it may take.</param>
    /// <param name="passesOver">Whether elements that are longer are passed over and counted; otherwise they are an error.</param>
    public JsonElements(Stream source, string? member, RemoteOptions options, bool passesOver = false)
    {
        _source = source;
        _member = member;
        _name = member is null ? null : System.Text.Encoding.UTF8.GetBytes("\"" + member + "\"");
        _passesOver = passesOver;
        _memory = options.Memory is { } memory ? new MemoryShare(memory) : null;
        _maxElement = _memory is null
            ? options.MaxElementBytes
            : (int)Math.Min(options.MaxElementBytes, Math.Max(FirstBuffer, (Most / Forms) - FirstBuffer));
    }

    private enum State
    {
        Before,
        Within,
        Ended,
        Done,
    }

    /// <summary>How much of the memory the reader takes at most: the rest is for what is kept of an element.</summary>
    private long Most => _memory!.Largest / 2;

    /// <summary>The answer without the elements: JSON when all of them have been read.</summary>
    public ReadOnlyMemory<byte> Frame => _frame.WrittenMemory;

    /// <summary>How many elements were passed over because they are too long.</summary>
    public int PassedOver { get; private set; }

    /// <summary>The next element; null at the end. Valid until the next call.</summary>
    /// <exception cref="InvalidDataException">The answer is none that has such elements, ends too early, or has one that is too
    /// long.</exception>
    /// <exception cref="NoRoomException">There is no memory for it now.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        if (_state == State.Before)
        {
            await FindOpeningAsync(cancellation);
        }

        if (_state == State.Within && await NextAsync(cancellation) is { } element)
        {
            return element;
        }

        if (_state == State.Ended)
        {
            await ReadFrameAsync(cancellation);
        }

        return null;
    }

    /// <summary>Takes the memory for what is made of the element that was read last, where that is much.</summary>
    /// <param name="bytes">How many bytes that takes.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False where it is more than can ever be had.</returns>
    /// <exception cref="NoRoomException">There is no memory for it now.</exception>
    public async ValueTask<bool> TakeAsync(long bytes, CancellationToken cancellation)
    {
        if (_memory is null)
        {
            return true;
        }

        if (_buffer.Length + bytes > Most)
        {
            return false;
        }

        await ReserveAsync(_buffer.Length + bytes, cancellation);
        return true;
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _memory?.Dispose();
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    private async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        var scanner = default(ElementScanner);
        var scanned = 0;
        var dropped = 0L;
        while (true)
        {
            if (scanned == 0 && dropped == 0)
            {
                SkipBlanks();
            }

            scanned += scanner.Next(_buffer.Span[(_start + scanned).._end], out var found);
            var isTooLong = dropped + scanned > _maxElement;
            if (isTooLong && (!_passesOver || PassedOver == MaxTooLong || dropped > (long)_maxElement * MostPassedOver))
            {
                throw new InvalidDataException($"The answer has an element of more than {_maxElement} bytes.");
            }

            if (found != ElementScanner.Found.Nothing)
            {
                var element = _buffer.Memory.Slice(_start, scanned);
                var isEnd = found == ElementScanner.Found.End;
                _start += isEnd ? scanned : scanned + 1;
                _state = isEnd ? State.Ended : State.Within;
                PassedOver += isTooLong ? 1 : 0;
                if (element.Length > 0 && !isTooLong)
                {
                    return element;
                }

                if (isEnd)
                {
                    return null;
                }

                scanned = 0;
                dropped = 0;
                continue;
            }

            if (isTooLong)
            {
                dropped += scanned;
                _start += scanned;
                scanned = 0;
            }

            if (!await FillAsync(cancellation))
            {
                throw new InvalidDataException("The answer ends too early.");
            }
        }
    }

    private void SkipBlanks()
    {
        var from = _start;
        var text = _buffer.Span[.._end];
        while (_start < _end && IsBlank(text[_start]))
        {
            _start++;
        }

        _blanks += _start - from;
        if (_blanks > MaxBlanks)
        {
            throw new InvalidDataException("The answer is nothing but white space.");
        }
    }

    private async ValueTask FindOpeningAsync(CancellationToken cancellation)
    {
        int length;
        while ((length = _name is null ? OpeningOfWhole() : OpeningOfMember(_name)) == 0)
        {
            if (_end - _start > MaxFrame || !await FillAsync(cancellation))
            {
                throw new InvalidDataException(
                    _member is null ? "The answer is neither a list nor an object." : $"The answer has no list `{_member}`.");
            }
        }

        _frame.Write(_buffer.Span.Slice(_start, length));
        _start += length;
        _state = State.Within;
    }

    /// <summary>How much there is up to the bracket that opens the answer; 0 where it has not come yet.</summary>
    private int OpeningOfWhole()
    {
        SkipBlanks();
        return _start == _end ? 0
            : _buffer.Span[_start] is (byte)'[' or (byte)'{' ? 1
            : throw new InvalidDataException("The answer is neither a list nor an object.");
    }

    /// <summary>How much there is up to the bracket that opens the member; 0 where it has not come yet.</summary>
    private int OpeningOfMember(ReadOnlySpan<byte> name)
    {
        var text = _buffer.Span[_start.._end];
        for (var from = 0; text[from..].IndexOf(name) is >= 0 and var found;)
        {
            // The name may also stand as a value somewhere before the member.
            var at = from + found + name.Length;
            from = at;
            if (Skip(text, ref at, (byte)':') && Skip(text, ref at, (byte)'['))
            {
                return at;
            }
        }

        return 0;
    }

    private static bool Skip(ReadOnlySpan<byte> text, ref int at, byte wanted)
    {
        while (at < text.Length && IsBlank(text[at]))
        {
            at++;
        }

        return at < text.Length && text[at++] == wanted;
    }

    private async ValueTask ReadFrameAsync(CancellationToken cancellation)
    {
        do
        {
            if (_frame.WrittenCount + _end - _start > MaxFrame)
            {
                throw new InvalidDataException("The answer is too long.");
            }

            _frame.Write(_buffer.Span[_start.._end]);
            _start = _end;
        }
        while (await FillAsync(cancellation));
        _state = State.Done;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_end == _buffer.Length)
        {
            var length = _end - _start;
            if (length > _buffer.Length / 2)
            {
                await GrowAsync(length, cancellation);
            }
            else
            {
                _buffer.Span.Slice(_start, length).CopyTo(_buffer.Span);
            }

            _start = 0;
            _end = length;
        }

        var read = await _source.ReadAsync(_buffer.Memory[_end..], cancellation);
        _end += read;
        return read > 0;
    }

    private async ValueTask GrowAsync(int length, CancellationToken cancellation)
    {
        var larger = (int)Math.Min(_buffer.Length * 2L, (long)Math.Max(_maxElement, MaxFrame) + FirstBuffer);
        await ReserveAsync((long)larger * Forms, cancellation);
        _buffer.Resize(larger, _start..(_start + length));
    }

    private async ValueTask ReserveAsync(long bytes, CancellationToken cancellation)
    {
        try
        {
            await (_memory?.ReserveInAllAsync(bytes, cancellation) ?? ValueTask.CompletedTask);
        }
        catch (DocumentException refused)
        {
            throw new NoRoomException(refused);
        }
    }
}
