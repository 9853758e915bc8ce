namespace CloudWall.Documents.Buffers;

/// <summary>
/// Bytes that grow: in an array of the process's pool, or outside of the collector's heap where they are many. A long text that grew from
/// array to array would leave several times as many bytes behind as it has, which nobody counts and which stay until they are collected.
/// Dispose of it, and do not use what it returned afterwards.
/// </summary>
public sealed class LongBytes : IDisposable
{
    private byte[] _short;
    private NativeBytes? _long;

    /// <summary>So many bytes or a few more, with whatever is in them.</summary>
    public LongBytes(int length)
    {
        _long = length > SharedArrays.LongestPooled ? new NativeBytes(length) : null;
        _short = _long is null && length > 0 ? SharedArrays.Rent<byte>(length) : [];
    }

    /// <summary>How many bytes there are; none when it has been disposed of.</summary>
    public int Length => _long?.Length ?? _short.Length;

    /// <summary>The bytes.</summary>
    public Span<byte> Span => _long is null ? _short : _long.GetSpan();

    /// <summary>The bytes.</summary>
    public Memory<byte> Memory => _long?.Memory ?? _short;

    /// <summary>Takes another length. What was returned before is not to be used any more.</summary>
    /// <param name="length">How many bytes there are to be at least.</param>
    /// <param name="kept">Which of them are needed: they are the first ones from now on.</param>
    public void Resize(int length, Range kept)
    {
        var larger = new LongBytes(length);
        Span[kept].CopyTo(larger.Span);
        Dispose();
        (_short, _long) = (larger._short, larger._long);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SharedArrays.Return(_short);
        ((IDisposable?)_long)?.Dispose();
        (_short, _long) = ([], null);
    }
}
