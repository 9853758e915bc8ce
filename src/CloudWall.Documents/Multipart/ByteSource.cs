using System.IO.Pipelines;

namespace CloudWall.Documents.Multipart;

/// <summary>Bytes that arrive piece by piece.</summary>
public interface IByteSource
{
    /// <summary>The next piece, valid until the next call; empty at the end.</summary>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation);
}

/// <summary>The bytes of a pipe, without copying them. The pipe stays the caller's: dispose of this before it is used otherwise.</summary>
public sealed class PipeByteSource(PipeReader pipe) : IByteSource, IDisposable
{
    private SequencePosition _consumed;
    private bool _reading;

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Dispose();
            var result = await pipe.ReadAsync(cancellation);
            if (result.IsCanceled)
            {
                throw new OperationCanceledException(cancellation);
            }

            var buffer = result.Buffer;
            var piece = buffer.First;
            _reading = true;
            _consumed = buffer.GetPosition(piece.Length);
            if (!piece.IsEmpty || (result.IsCompleted && buffer.IsEmpty))
            {
                return piece;
            }
        }
    }

    /// <summary>Gives the last piece back.</summary>
    public void Dispose()
    {
        if (_reading)
        {
            _reading = false;
            pipe.AdvanceTo(_consumed);
        }
    }
}
