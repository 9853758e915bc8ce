using System.Buffers;
using CloudWall.Documents.Buffers;

namespace CloudWall.Replication.Remote;

/// <summary>
/// Reads the elements of one JSON array, or the members of one object, as they arrive, each whole, so that memory holds the largest of
/// them and not the answer. What stands around them is kept for later. Elements are not checked: whoever parses them finds out.
/// </summary>
/// <param name="source">The answer; whoever opened it closes it.</param>
/// <param name="member">The member of the answer's object that is the array; null where the answer itself is the array or object.</param>
/// <param name="maxElement">How long an element may be.</param>
internal sealed class JsonElements(Stream source, string? member, int maxElement) : IDisposable
{
    /// <summary>What an answer may have around its array.</summary>
    private const int MaxFrame = 1 << 16;

    private readonly ArrayBufferWriter<byte> _frame = new(256);
    private readonly byte[]? _name = member is null ? null : System.Text.Encoding.UTF8.GetBytes("\"" + member + "\"");
    private byte[] _buffer = SharedArrays.Rent<byte>(32 * 1024);
    private int _start;
    private int _end;
    private State _state = State.Before;

    private enum State
    {
        Before,
        Within,
        Ended,
        Done,
    }

    /// <summary>The answer without the elements: JSON when all of them have been read.</summary>
    public ReadOnlyMemory<byte> Frame => _frame.WrittenMemory;

    /// <summary>The next element; null at the end. Valid until the next call.</summary>
    /// <exception cref="InvalidDataException">The answer is none that has such elements, ends too early, or has one that is too long.</exception>
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

    public void Dispose()
    {
        SharedArrays.Return(_buffer);
        _buffer = [];
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    private async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellation)
    {
        var scanner = default(ElementScanner);
        var scanned = 0;
        while (true)
        {
            if (scanned == 0)
            {
                // Line ends are the signs of life of a peer that has nothing to say.
                SkipBlanks();
            }

            scanned += scanner.Next(_buffer.AsSpan(_start + scanned, _end - _start - scanned), out var found);
            if (found != ElementScanner.Found.Nothing)
            {
                var element = _buffer.AsMemory(_start, scanned);
                var isEnd = found == ElementScanner.Found.End;
                _start += isEnd ? scanned : scanned + 1;
                _state = isEnd ? State.Ended : State.Within;
                if (element.Length > 0)
                {
                    return element;
                }

                if (isEnd)
                {
                    return null;
                }

                scanned = 0;
                continue;
            }

            if (scanned > maxElement)
            {
                throw new InvalidDataException($"The answer has an element of more than {maxElement} bytes.");
            }

            if (!await FillAsync(cancellation))
            {
                throw new InvalidDataException("The answer ends too early.");
            }
        }
    }

    private void SkipBlanks()
    {
        while (_start < _end && IsBlank(_buffer[_start]))
        {
            _start++;
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
                    member is null ? "The answer is neither a list nor an object." : $"The answer has no list `{member}`.");
            }
        }

        _frame.Write(_buffer.AsSpan(_start, length));
        _start += length;
        _state = State.Within;
    }

    /// <summary>How much there is up to the bracket that opens the answer; 0 where it has not come yet.</summary>
    private int OpeningOfWhole()
    {
        SkipBlanks();
        return _start == _end ? 0
            : _buffer[_start] is (byte)'[' or (byte)'{' ? 1
            : throw new InvalidDataException("The answer is neither a list nor an object.");
    }

    /// <summary>How much there is up to the bracket that opens the member; 0 where it has not come yet.</summary>
    private int OpeningOfMember(ReadOnlySpan<byte> name)
    {
        var text = _buffer.AsSpan(_start, _end - _start);
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

            _frame.Write(_buffer.AsSpan(_start, _end - _start));
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
                var larger = SharedArrays.Rent<byte>(_buffer.Length * 2);
                _buffer.AsSpan(_start, length).CopyTo(larger);
                SharedArrays.Return(_buffer);
                _buffer = larger;
            }
            else
            {
                _buffer.AsSpan(_start, length).CopyTo(_buffer);
            }

            _start = 0;
            _end = length;
        }

        var read = await source.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += read;
        return read > 0;
    }
}
