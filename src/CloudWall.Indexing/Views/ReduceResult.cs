namespace CloudWall.Indexing.Views;

/// <summary>
/// The result of a reduce function for a group: a value, or the error that the value did not shrink. CouchDB stores that error in place
/// of the value, so only reductions that include the group fail.
/// </summary>
/// <param name="Value">The value as JSON in normal form; empty where there is an error.</param>
/// <param name="Overflow">The error (<c>reduce_overflow_error</c>); null where there is a value.</param>
public readonly record struct ReduceResult(byte[] Value, string? Overflow = null)
{
    /// <summary>A group whose value was refused.</summary>
    /// <param name="reason">The error.</param>
    public static ReduceResult Overflowed(string reason) => new([], reason);
}
