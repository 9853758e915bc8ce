using System.Buffers;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Server.Http.Multipart;

namespace CloudWall.Server.Http;

/// <content>The memory that the request may hold.</content>
internal sealed partial class Exchange
{
    private long _reserved;

    /// <summary>
    /// Takes a share of the memory that all requests have together (<c>[cloudwall] request_memory</c>), before it is used; waits where
    /// there is none left. It is given back when the request has been answered.
    /// </summary>
    /// <param name="bytes">How much more is needed.</param>
    /// <exception cref="DocumentException">429: too many wait for memory, or it took too long.</exception>
    public ValueTask ReserveAsync(long bytes)
    {
        var memory = Node.Memory;
        if (_reserved == 0 && memory.TryTake(bytes))
        {
            _reserved = bytes;
            return ValueTask.CompletedTask;
        }

        return TakeAsync(memory, bytes);
    }

    /// <summary>Sees to it that a number of bytes is reserved in all. See <see cref="ReserveAsync"/>.</summary>
    public ValueTask ReserveInAllAsync(long bytes) => bytes > _reserved ? ReserveAsync(bytes - _reserved) : ValueTask.CompletedTask;

    /// <summary>Reads the whole rest of a part of the body, which is JSON; memory is reserved for it.</summary>
    /// <param name="parts">The body.</param>
    /// <param name="into">Receives the JSON.</param>
    /// <exception cref="DocumentException">400: the body is cut off. 413: the part is too large. 429: no memory is left for it.</exception>
    public async ValueTask ReadPartAsync(MultipartReader parts, JsonBuffer into)
    {
        const int Step = 16 * 1024;
        var left = Math.Min(Node.Settings.MaxHttpRequestSize, Array.MaxLength);
        for (var piece = await parts.ReadAsync(Aborted); !piece.IsEmpty; piece = await parts.ReadAsync(Aborted))
        {
            left -= piece.Length;
            if (left < 0)
            {
                throw new DocumentException(HttpErrors.BodyTooLarge);
            }

            // The text, and two more forms of it that parsing makes.
            var steps = ((into.WrittenCount + piece.Length) / Step) + 1;
            await ReserveInAllAsync(3L * Step * steps);
            into.Write(piece.Span);
        }
    }

    /// <summary>Gives back what is reserved.</summary>
    internal void ReleaseMemory()
    {
        Node.Memory.Return(_reserved);
        _reserved = 0;
    }

    /// <summary>Hands over what is reserved, for what goes on after the answer; the caller gives it back.</summary>
    internal long TakeOverMemory()
    {
        var reserved = _reserved;
        _reserved = 0;
        return reserved;
    }

    private async ValueTask TakeAsync(AdmissionGate memory, long bytes)
    {
        await memory.TakeAsync(bytes, _reserved, Aborted);
        _reserved += bytes;
    }
}
