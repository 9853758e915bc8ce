using System.Buffers;
using System.Text;

namespace CloudWall.Documents.Multipart;

/// <summary>
/// Reads a multipart body (RFC 2046, section 5.1) as it arrives. Nothing but a part's headers is kept: the bytes of a part are
/// handed out as they lie in the source's buffers. Lines end with CR LF; as in CouchDB only the preamble need not keep to that.
/// A body that ends before its last boundary is refused with 400. For a part that is multipart itself, make another reader over
/// this one, which is the source of the current part's bytes.
/// </summary>
public sealed class MultipartReader : IByteSource
{
    /// <summary>How many bytes the headers of one part may have.</summary>
    public const int MaxHeaderBytes = 16 * 1024;

    private static readonly DocumentError TooLarge = new(413, "too_large", "the request entity is too large");

    private readonly IByteSource _source;

    /// <summary>CR LF, two dashes and the boundary. CR can be nowhere but at its beginning.</summary>
    private readonly byte[] _delimiter;

    private ReadOnlyMemory<byte> _piece;
    private State _state;

    /// <summary>How many bytes of the delimiter the bytes read last were equal to.</summary>
    private int _matched;

    /// <summary>Reads from a source, which stays the caller's.</summary>
    public MultipartReader(IByteSource source, ReadOnlySpan<byte> boundary)
    {
        _source = source;
        _delimiter = [.. "\r\n--"u8, .. boundary];
    }

    private enum State
    {
        Preamble,
        AfterDelimiter,
        Body,
        End,
    }

    /// <summary>Goes on to the next part; what is left of the current one is passed over.</summary>
    /// <returns>The part, or null after the last.</returns>
    /// <exception cref="DocumentException">400: the body is cut off, or the part's headers are none.</exception>
    public async ValueTask<MultipartPart?> ReadPartAsync(CancellationToken cancellation)
    {
        if (_state == State.Preamble)
        {
            await SkipPreambleAsync(cancellation);
        }

        while (_state == State.Body)
        {
            await ReadAsync(cancellation);
        }

        return _state == State.End ? null : await ReadHeadersAsync(cancellation);
    }

    /// <summary>The next bytes of the current part, valid until the next call; empty at its end.</summary>
    /// <exception cref="DocumentException">400: the body is cut off.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        while (_state == State.Body)
        {
            await FillAsync(cancellation);
            if (_matched > 0)
            {
                var common = _delimiter.AsSpan(_matched).CommonPrefixLength(_piece.Span);
                if (_matched + common == _delimiter.Length)
                {
                    _piece = _piece[common..];
                    _matched = 0;
                    _state = State.AfterDelimiter;
                }
                else if (common == _piece.Length)
                {
                    _matched += common;
                    _piece = default;
                }
                else
                {
                    // What looked like the delimiter was content: those bytes are gone from the source's buffer, but known.
                    var begun = _matched;
                    _matched = 0;
                    return _delimiter.AsMemory(0, begun);
                }

                continue;
            }

            var found = _piece.Span.IndexOf(_delimiter);
            var length = found >= 0 ? found : LengthBeforePartialMatch(_piece.Span);
            if (length > 0)
            {
                var content = _piece[..length];
                _piece = _piece[length..];
                return content;
            }

            if (found == 0)
            {
                _piece = _piece[_delimiter.Length..];
                _state = State.AfterDelimiter;
            }
            else
            {
                _matched = _piece.Length;
                _piece = default;
            }
        }

        return default;
    }

    /// <summary>The whole rest of the current part.</summary>
    /// <param name="into">Receives it.</param>
    /// <param name="limit">How many bytes it may have.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="DocumentException">400: the body is cut off. 413: the part is larger.</exception>
    public async ValueTask ReadWholeAsync(IBufferWriter<byte> into, long limit, CancellationToken cancellation)
    {
        for (var piece = await ReadAsync(cancellation); !piece.IsEmpty; piece = await ReadAsync(cancellation))
        {
            limit -= piece.Length;
            if (limit < 0)
            {
                throw new DocumentException(TooLarge);
            }

            into.Write(piece.Span);
        }
    }

    private async ValueTask SkipPreambleAsync(CancellationToken cancellation)
    {
        var wanted = _delimiter.AsMemory(2);
        var fallback = Fallbacks(wanted.Span);
        var matched = 0;
        while (matched < wanted.Length)
        {
            await FillAsync(cancellation);
            var used = 0;
            foreach (var value in _piece.Span)
            {
                used++;
                while (matched > 0 && wanted.Span[matched] != value)
                {
                    matched = fallback[matched - 1];
                }

                matched += wanted.Span[matched] == value ? 1 : 0;
                if (matched == wanted.Length)
                {
                    break;
                }
            }

            _piece = _piece[used..];
        }

        _state = State.AfterDelimiter;
    }

    private async ValueTask<MultipartPart?> ReadHeadersAsync(CancellationToken cancellation)
    {
        var block = new ArrayBufferWriter<byte>(256);
        while (true)
        {
            await FillAsync(cancellation);
            var before = block.WrittenCount;
            var taken = Math.Min(_piece.Length, MaxHeaderBytes - before);
            if (taken == 0)
            {
                throw new DocumentException("The headers of a part are too long");
            }

            block.Write(_piece.Span[..taken]);
            if (block.WrittenSpan.StartsWith("--"u8))
            {
                _state = State.End;
                return null;
            }

            var from = Math.Max(0, before - 3);
            var end = block.WrittenSpan[from..].IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                end += from;
                _piece = _piece[(end + 4 - before)..];
                _state = State.Body;
                return new MultipartPart(ParseHeaders(block.WrittenSpan[..end]));
            }

            _piece = _piece[taken..];
        }
    }

    private static List<KeyValuePair<string, string>> ParseHeaders(ReadOnlySpan<byte> block)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var range in block.Split("\r\n"u8))
        {
            var line = Encoding.UTF8.GetString(block[range]);
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (headers.Count > 0 && line[0] is ' ' or '\t')
            {
                var (name, value) = headers[^1];
                headers[^1] = new(name, value + ' ' + line.Trim());
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                throw new DocumentException("bad part header");
            }

            headers.Add(new(line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim()));
        }

        return headers;
    }

    /// <summary>For each length of a match, how much of it is matched still when the next byte is another.</summary>
    private static int[] Fallbacks(ReadOnlySpan<byte> wanted)
    {
        var result = new int[wanted.Length];
        for (int i = 1, length = 0; i < wanted.Length; i++)
        {
            while (length > 0 && wanted[i] != wanted[length])
            {
                length = result[length - 1];
            }

            length += wanted[i] == wanted[length] ? 1 : 0;
            result[i] = length;
        }

        return result;
    }

    private int LengthBeforePartialMatch(ReadOnlySpan<byte> piece)
    {
        var last = piece.LastIndexOf((byte)'\r');
        return last >= 0 && piece.Length - last < _delimiter.Length && _delimiter.AsSpan().StartsWith(piece[last..]) ? last : piece.Length;
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (_piece.IsEmpty)
        {
            _piece = await _source.ReadAsync(cancellation);
            if (_piece.IsEmpty)
            {
                throw new DocumentException("The multipart body ends before its last boundary");
            }
        }
    }
}
