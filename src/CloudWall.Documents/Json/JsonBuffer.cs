using System.Buffers;
using System.Globalization;
using System.Text;
using CloudWall.Documents.Buffers;

namespace CloudWall.Documents.Json;

/// <summary>
/// A growable buffer in which JSON is assembled from pieces, without a DOM. Short content is in a pooled array, long content in native
/// memory. Texts are escaped like CouchDB's: only quotes, backslashes and control characters. Dispose it after use;
/// <see cref="WrittenSpan"/> is invalid afterwards.
/// </summary>
public sealed class JsonBuffer : IBufferWriter<byte>, IDisposable
{
    private static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static value => (char)value), '"', '\\']);

    /// <summary>
    /// Extra room after a long piece. A long piece is usually a document's body, and little follows, so the buffer need not double.
    /// </summary>
    private const int Slack = 4096;

    private readonly int _capacity;
    private readonly int _longestKept;
    private byte[] _buffer;

    /// <summary>The memory of content that is longer than a pooled array.</summary>
    private NativeBytes? _long;

    /// <summary>Creates an empty buffer.</summary>
    /// <param name="capacity">The initial capacity in bytes.</param>
    /// <param name="longestKept">The maximum capacity that <see cref="Clear"/> keeps.</param>
    public JsonBuffer(int capacity = 512, int longestKept = 64 << 10)
    {
        _capacity = capacity;
        _longestKept = Math.Max(longestKept, capacity * 4);
        _long = capacity > SharedArrays.LongestPooled ? new NativeBytes(capacity) : null;
        _buffer = _long is null ? SharedArrays.Rent<byte>(capacity) : [];
    }

    /// <summary>The number of bytes written.</summary>
    public int WrittenCount { get; private set; }

    /// <summary>The bytes written.</summary>
    public ReadOnlySpan<byte> WrittenSpan => All[..WrittenCount];

    /// <summary>The bytes written.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => (_long?.Memory ?? _buffer)[..WrittenCount];

    private Span<byte> All => _long is null ? _buffer : _long.GetSpan();

    private int Capacity => _long?.Length ?? _buffer.Length;

    /// <summary>Appends UTF-8 unchanged.</summary>
    public JsonBuffer Raw(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(GetSpan(utf8.Length));
        WrittenCount += utf8.Length;
        return this;
    }

    /// <summary>Appends a number.</summary>
    public JsonBuffer Number(long value)
    {
        value.TryFormat(GetSpan(20), out var written, provider: CultureInfo.InvariantCulture);
        WrittenCount += written;
        return this;
    }

    /// <summary>Appends <c>true</c> or <c>false</c>.</summary>
    public JsonBuffer Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary>Appends a quoted text, or <c>null</c>. Lone surrogates become U+FFFD.</summary>
    public JsonBuffer Text(string? value)
    {
        if (value is null)
        {
            return Raw("null"u8);
        }

        Raw("\""u8);
        for (var rest = value.AsSpan(); ;)
        {
            var at = rest.IndexOfAny(Escaped);
            var plain = at < 0 ? rest : rest[..at];
            WrittenCount += Encoding.UTF8.GetBytes(plain, GetSpan(Encoding.UTF8.GetMaxByteCount(plain.Length)));
            if (at < 0)
            {
                return Raw("\""u8);
            }

            Escape(rest[at]);
            rest = rest[(at + 1)..];
        }
    }

    /// <summary>Empties the buffer, and releases the memory of unusually long content.</summary>
    public void Clear()
    {
        WrittenCount = 0;
        if (Capacity > _longestKept)
        {
            Release();
        }
    }

    /// <summary>Empties the buffer and releases its memory; further writes allocate again.</summary>
    public void Release() => Dispose();

    /// <inheritdoc/>
    public void Advance(int count) => WrittenCount += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return (_long?.Memory ?? _buffer)[WrittenCount..];
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return All[WrittenCount..];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return();
        _buffer = [];
        _long = null;
        WrittenCount = 0;
    }

    private void Escape(char c)
    {
        _ = c switch
        {
            '"' => Raw("\\\""u8),
            '\\' => Raw("\\\\"u8),
            '\b' => Raw("\\b"u8),
            '\f' => Raw("\\f"u8),
            '\n' => Raw("\\n"u8),
            '\r' => Raw("\\r"u8),
            '\t' => Raw("\\t"u8),
            _ => Raw("\\u00"u8).Raw([Hex(c >> 4), Hex(c & 15)]),
        };

        static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'A' + digit - 10);
    }

    private void Reserve(int count)
    {
        if (Capacity - WrittenCount >= count)
        {
            return;
        }

        var needed = Math.Max(_capacity, (long)WrittenCount + count + (count > Slack ? Slack : 0));
        if (Math.Max(needed, 2L * Capacity) <= SharedArrays.LongestPooled)
        {
            _buffer = SharedArrays.Grow(_buffer, WrittenCount, needed);
            return;
        }

        var larger = new NativeBytes(checked((int)Math.Max(needed, Math.Min(2L * Capacity, Array.MaxLength))));
        WrittenSpan.CopyTo(larger.GetSpan());
        Return();
        (_buffer, _long) = ([], larger);
    }

    private void Return()
    {
        SharedArrays.Return(_buffer);
        ((IDisposable?)_long)?.Dispose();
    }
}
