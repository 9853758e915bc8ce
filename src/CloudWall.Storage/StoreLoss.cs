namespace CloudWall.Storage;

/// <summary>Durable writes that are missing at a start, because the log was damaged, truncated or removed.</summary>
/// <param name="Explanation">What is wrong, in words for the administrator.</param>
/// <param name="KeptIn">The directory that preserves the damaged log; null if there was none, or it could not be preserved.</param>
public sealed record StoreLoss(string Explanation, string? KeptIn);
