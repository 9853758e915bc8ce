namespace CloudWall.Replication.Tests.Remote;

/// <summary>An answer that begins with something and then says the same over and over. It counts what is read of it.</summary>
internal sealed class EndlessStream(byte[] begin, byte[] unit, long longest = long.MaxValue) : Stream
{
    /// <summary>How many bytes have been read.</summary>
    public long Taken { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Assert.True(Taken < longest, $"More than {longest} bytes were read of an answer that has no end.");
        var span = buffer.Span;
        for (var i = 0; i < span.Length; i++, Taken++)
        {
            span[i] = Taken < begin.Length ? begin[Taken] : unit[(Taken - begin.Length) % unit.Length];
        }

        return ValueTask.FromResult(span.Length);
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
}
