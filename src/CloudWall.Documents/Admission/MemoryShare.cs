namespace CloudWall.Documents.Admission;

/// <summary>
/// The memory that one request, or one answer of a peer, has reserved from <see cref="SharedMemory"/>. Not thread-safe. A part that is
/// freed can be reused by the same request; everything returns to the shared memory on disposal.
/// </summary>
/// <param name="memory">The memory to reserve from.</param>
public sealed class MemoryShare(SharedMemory memory) : IDisposable
{
    private AdmissionGate? _from;
    private long _free;

    /// <summary>The reserved bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>The reserved bytes that are in use.</summary>
    public long Used => Bytes - _free;

    /// <summary>The maximum size of a share.</summary>
    public long Largest => memory.LargestShare;

    /// <summary>Reserves more bytes; waits if none are available.</summary>
    /// <param name="bytes">The additional bytes.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="DocumentException">
    /// The queue is full, the wait took too long, or the share would exceed <see cref="Largest"/>. Nothing was reserved.
    /// </exception>
    public ValueTask ReserveAsync(long bytes, CancellationToken cancellation)
    {
        if (bytes <= _free)
        {
            _free -= bytes;
            return ValueTask.CompletedTask;
        }

        var more = bytes - _free;
        var gate = Bytes + more <= memory.LargestSmall ? memory.Small : memory.Large;
        if (Bytes == 0 && gate.TryTake(more))
        {
            _from = gate;
            Bytes = more;
            return ValueTask.CompletedTask;
        }

        return TakeAsync(gate, more, cancellation);
    }

    /// <summary>Reserves until at least this many bytes are in use.</summary>
    /// <inheritdoc cref="ReserveAsync"/>
    public ValueTask ReserveInAllAsync(long bytes, CancellationToken cancellation) =>
        bytes > Used ? ReserveAsync(bytes - Used, cancellation) : ValueTask.CompletedTask;

    /// <summary>Marks bytes as unused, so that later reservations reuse them.</summary>
    public void Free(long bytes) => _free += bytes;

    /// <summary>Returns all bytes.</summary>
    public void Dispose()
    {
        var bytes = Bytes;
        _from?.Return(bytes);
        Bytes = 0;
        _free = 0;
        if (bytes > 0)
        {
            memory.Released?.Invoke(bytes);
        }
    }

    private async ValueTask TakeAsync(AdmissionGate gate, long more, CancellationToken cancellation)
    {
        if (Bytes == 0 || _from == gate)
        {
            await gate.TakeAsync(more, Bytes, cancellation);
        }
        else
        {
            // The share is no longer small, so all of it moves to the gate of large shares.
            await gate.TakeAsync(Bytes + more, already: 0, cancellation);
            _from!.Return(Bytes);
        }

        _from = gate;
        Bytes += more;
        _free = 0;
    }
}
