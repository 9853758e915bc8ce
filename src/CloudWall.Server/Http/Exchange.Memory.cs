using CloudWall.Documents;
using CloudWall.Documents.Admission;

namespace CloudWall.Server.Http;

/// <content>The memory that the request may hold.</content>
internal sealed partial class Exchange
{
    private MemoryShare? _memory;

    /// <summary>What the request has of the memory that all requests have together (<c>[cloudwall] request_memory</c>).</summary>
    public MemoryShare Memory => _memory ??= new MemoryShare(Node.Memory);

    /// <summary>
    /// Takes a share of the memory that all requests have together, before it is used; waits where there is none left. It is given back
    /// when the request has been answered.
    /// </summary>
    /// <param name="bytes">How much more is needed.</param>
    /// <exception cref="DocumentException">
    /// 413: it is more than one request may have. 429: too many wait for memory, or it took too long.
    /// </exception>
    public ValueTask ReserveAsync(long bytes) => Memory.ReserveAsync(bytes, Aborted);

    /// <summary>Sees to it that a number of bytes is reserved in all. See <see cref="ReserveAsync"/>.</summary>
    public ValueTask ReserveInAllAsync(long bytes) => Memory.ReserveInAllAsync(bytes, Aborted);

    /// <summary>Gives back what is reserved.</summary>
    internal void ReleaseMemory() => _memory?.Dispose();

    /// <summary>Hands over what is reserved, for what goes on after the answer; the caller disposes of it.</summary>
    internal MemoryShare TakeOverMemory()
    {
        var memory = Memory;
        _memory = null;
        return memory;
    }
}
