using CloudWall.Documents.Buffers;

namespace CloudWall.Replication.Remote;

/// <summary>A body that is read as it arrives, and is given up when nothing arrives for too long.</summary>
internal sealed class WatchedReading(Stream inner, SilenceTimer silence) : ReadStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var reading = inner.ReadAsync(buffer, silence.Token);
            if (reading.IsCompletedSuccessfully)
            {
                return await reading;
            }

            using (silence.CancelWith(cancellationToken))
            {
                silence.Start();
                var read = await reading;
                silence.Pause();
                return read;
            }
        }
        catch (OperationCanceledException cancelled)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw silence.Translate(cancelled);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
