namespace CloudWall.Storage;

/// <summary>Writes that were safe on the disk once and are not there any more: the log was damaged, cut, or taken away.</summary>
/// <param name="Explanation">What is wrong, for people.</param>
/// <param name="KeptIn">The directory in which the log is kept as it was found; null where there was none, or it could not be kept.</param>
public sealed record StoreLoss(string Explanation, string? KeptIn);
