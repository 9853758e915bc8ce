namespace CloudWall.Replication.Remote;

/// <summary>A body that is read as it arrives, and is given up when nothing arrives for too long.</summary>
internal sealed class WatchedReading(Stream inner, SilenceTimer silence) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
