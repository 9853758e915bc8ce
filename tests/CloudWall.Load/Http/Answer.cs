namespace CloudWall.Load.Http;

/// <summary>What came back.</summary>
/// <param name="Status">The status.</param>
/// <param name="Bytes">Bytes of the body.</param>
/// <param name="Lines">Line ends in the body: rows of feeds and listings end with one each.</param>
internal readonly record struct Answer(int Status, long Bytes, long Lines)
{
    /// <summary>The answer, if it is not shorter than it can be.</summary>
    public Answer AtLeast(long bytes) => Bytes >= bytes
        ? this
        : throw new InvalidDataException($"The server answered with {Bytes} bytes where {bytes} were expected at least.");

    /// <summary>The answer, if it has the status that it must have.</summary>
    public Answer Expect(int status) => Status == status
        ? this
        : throw new InvalidDataException($"The server answered {Status} where {status} was expected.");
}
