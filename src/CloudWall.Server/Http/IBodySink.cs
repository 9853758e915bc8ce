using System.Buffers;

namespace CloudWall.Server.Http;

/// <summary>Takes a request's body as it comes, unpacked.</summary>
internal interface IBodySink
{
    /// <summary>How many bytes of memory are needed for a body of a length that is announced.</summary>
    long WeightOf(long length);

    /// <summary>How many bytes of memory are held, or soon will be, because of what has been taken.</summary>
    long Weight { get; }

    /// <summary>Says how long the body is going to be, before the first bytes; 0 where that is not known.</summary>
    void Expect(long length);

    /// <summary>Takes the next bytes.</summary>
    void Take(in ReadOnlySequence<byte> bytes);
}
