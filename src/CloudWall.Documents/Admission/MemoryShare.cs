namespace CloudWall.Documents.Admission;

/// <summary>What one request, or one answer of a peer, has taken of <see cref="SharedMemory"/>. It is used by one at a time.</summary>
/// <param name="memory">The memory.</param>
public sealed class MemoryShare(SharedMemory memory) : IDisposable
{
    private AdmissionGate? _from;

    /// <summary>How many bytes it has.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many bytes it may have at most.</summary>
    public long Largest => memory.LargestShare;

    /// <summary>Takes more, before it is used; waits where there is none left.</summary>
    /// <param name="bytes">How many bytes more.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="DocumentException">Too many wait, it took too long, or it is more than one may have. Nothing was taken.</exception>
    public ValueTask ReserveAsync(long bytes, CancellationToken cancellation)
    {
        var gate = Bytes + bytes <= memory.LargestSmall ? memory.Small : memory.Large;
        if (Bytes == 0 && gate.TryTake(bytes))
        {
            _from = gate;
            Bytes = bytes;
            return ValueTask.CompletedTask;
        }

        return TakeAsync(gate, bytes, cancellation);
    }

    /// <summary>Sees to it that it has a number of bytes in all.</summary>
    /// <inheritdoc cref="ReserveAsync"/>
    public ValueTask ReserveInAllAsync(long bytes, CancellationToken cancellation) =>
        bytes > Bytes ? ReserveAsync(bytes - Bytes, cancellation) : ValueTask.CompletedTask;

    /// <summary>Gives all of it back.</summary>
    public void Dispose()
    {
        _from?.Return(Bytes);
        Bytes = 0;
    }

    private async ValueTask TakeAsync(AdmissionGate gate, long bytes, CancellationToken cancellation)
    {
        if (Bytes == 0 || _from == gate)
        {
            await gate.TakeAsync(bytes, Bytes, cancellation);
            Bytes += bytes;
        }
        else
        {
            // It is small no longer: all of it comes from the other part now.
            var before = Bytes;
            await gate.TakeAsync(before + bytes, already: 0, cancellation);
            _from!.Return(before);
            Bytes = before + bytes;
        }

        _from = gate;
    }
}
