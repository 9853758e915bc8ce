using System.Buffers;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Buffers;

namespace CloudWall.Server.Http;

/// <summary>
/// A request's body in a buffer, unpacked. Its memory is taken as the body comes, not as it is announced: who announces much and sends
/// little holds little. Dispose of it when its bytes are no longer needed.
/// </summary>
/// <param name="memory">The request's share of the memory.</param>
/// <param name="cancellation">Gives up waiting for memory.</param>
internal sealed class RequestBody(MemoryShare memory, CancellationToken cancellation) : IBodySink, IDisposable
{
    /// <summary>The bytes, and two more forms of them that parsing makes.</summary>
    private const int Forms = 3;

    private const int Overhead = 1024;
    private const int FirstBuffer = 4096;
    private const int LongestFirst = 64 << 10;

    private readonly LongBytes _buffer = new(0);
    private int _length;
    private long _announced;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _buffer.Span[.._length];

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.Memory[.._length];

    /// <inheritdoc/>
    public ValueTask ExpectAsync(long length)
    {
        _announced = length;
        return GrowAsync(length == 0 ? FirstBuffer : Math.Min(length, LongestFirst));
    }

    /// <inheritdoc/>
    public ValueTask TakeAsync(ReadOnlySequence<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _length)
        {
            return GrowAndTakeAsync(bytes);
        }

        Take(bytes);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer.Dispose();
        _length = 0;
    }

    private void Take(in ReadOnlySequence<byte> bytes)
    {
        bytes.CopyTo(_buffer.Span[_length..]);
        _length += (int)bytes.Length;
    }

    private async ValueTask GrowAndTakeAsync(ReadOnlySequence<byte> bytes)
    {
        var needed = _length + bytes.Length;
        var twice = Math.Min(_buffer.Length * 2L, Array.MaxLength);
        await GrowAsync(Math.Max(needed, _announced >= needed ? Math.Min(twice, _announced) : twice));
        Take(bytes);
    }

    private ValueTask GrowAsync(long length)
    {
        if (length > Array.MaxLength)
        {
            throw new DocumentException(HttpErrors.BodyTooLarge);
        }

        var reserving = memory.ReserveInAllAsync(Overhead + (length * Forms), cancellation);
        if (!reserving.IsCompletedSuccessfully)
        {
            return AwaitAsync(reserving, (int)length);
        }

        _buffer.Resize((int)length, .._length);
        return ValueTask.CompletedTask;
    }

    private async ValueTask AwaitAsync(ValueTask reserving, int length)
    {
        await reserving;
        _buffer.Resize(length, .._length);
    }
}
