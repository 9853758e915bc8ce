namespace CloudWall.Documents.Admission;

/// <summary>
/// What one request, or one answer of a peer, has taken of <see cref="SharedMemory"/>. It is used by one at a time. What a part of the work
/// needs no longer can be used for another part of it; all of it is given back at the end.
/// </summary>
/// <param name="memory">The memory.</param>
public sealed class MemoryShare(SharedMemory memory) : IDisposable
{
    private AdmissionGate? _from;
    private long _free;

    /// <summary>How many bytes it has.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many bytes of them are in use.</summary>
    public long Used => Bytes - _free;

    /// <summary>How many bytes it may have at most.</summary>
    public long Largest => memory.LargestShare;

    /// <summary>Takes more, before it is used; waits where there is none left.</summary>
    /// <param name="bytes">How many bytes more.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="DocumentException">Too many wait, it took too long, or it is more than one may have. Nothing was taken.</exception>
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

    /// <summary>Sees to it that it has a number of bytes in use.</summary>
    /// <inheritdoc cref="ReserveAsync"/>
    public ValueTask ReserveInAllAsync(long bytes, CancellationToken cancellation) =>
        bytes > Used ? ReserveAsync(bytes - Used, cancellation) : ValueTask.CompletedTask;

    /// <summary>Says that some of it is not in use any more, and free for what is reserved next.</summary>
    public void Free(long bytes) => _free += bytes;

    /// <summary>Gives all of it back.</summary>
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
            // It is small no longer: all of it comes from the other part now.
            await gate.TakeAsync(Bytes + more, already: 0, cancellation);
            _from!.Return(Bytes);
        }

        _from = gate;
        Bytes += more;
        _free = 0;
    }
}
