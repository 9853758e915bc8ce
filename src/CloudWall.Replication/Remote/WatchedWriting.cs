using CloudWall.Documents.Buffers;

namespace CloudWall.Replication.Remote;

/// <summary>
/// Where a request's body goes: each write is given up when the peer does not take it. It leaves the stream behind it open.
/// </summary>
internal sealed class WatchedWriting(Stream inner, SilenceTimer silence) : WriteStream
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var writing = inner.WriteAsync(buffer, cancellationToken);
        if (writing.IsCompletedSuccessfully)
        {
            await writing;
            return;
        }

        silence.Start();
        await writing;
        silence.Pause();
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

    public override void Flush() => inner.Flush();
}
