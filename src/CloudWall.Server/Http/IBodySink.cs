using System.Buffers;

namespace CloudWall.Server.Http;

/// <summary>Takes a request's body as it comes, unpacked. It reserves the memory that it needs, before it uses it.</summary>
internal interface IBodySink
{
    /// <summary>Says how long the body is going to be, before the first bytes; 0 where that is not known. It need not come to pass.</summary>
    ValueTask ExpectAsync(long length);

    /// <summary>Takes the next bytes, which are valid until it is done.</summary>
    ValueTask TakeAsync(ReadOnlySequence<byte> bytes);
}
