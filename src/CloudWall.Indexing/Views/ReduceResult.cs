namespace CloudWall.Indexing.Views;

/// <summary>
/// What a reduce function makes of a group: a value, or the note that the value did not shrink. CouchDB keeps that note in place of the
/// value, so only reductions that the group is part of fail.
/// </summary>
/// <param name="Value">The value as JSON in normal form; empty where there is none.</param>
/// <param name="Overflow">Why the value was refused (<c>reduce_overflow_error</c>); null where it was not.</param>
public readonly record struct ReduceResult(byte[] Value, string? Overflow = null)
{
    /// <summary>A value that was refused.</summary>
    /// <param name="reason">Why.</param>
    public static ReduceResult Overflowed(string reason) => new([], reason);
}
