namespace CloudWall.Node.Identifiers;

/// <summary>Fills a buffer with random bytes.</summary>
/// <param name="bytes">The buffer.</param>
public delegate void RandomFill(Span<byte> bytes);
