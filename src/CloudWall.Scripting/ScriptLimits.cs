namespace CloudWall.Scripting;

/// <summary>What code of a design document may use. Every call begins anew; a map or filter function gets all of it for each document.</summary>
public sealed record ScriptLimits
{
    /// <summary>Time for one call (CouchDB: <c>[couchdb] os_process_timeout</c>, in milliseconds there). 5 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time for one match of a regular expression, which can only be stopped on its own. 1 second.</summary>
    public TimeSpan RegexTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Bytes that one call may allocate, garbage included: what is allocated is counted, since what is alive cannot be.
    /// For a list function it begins anew with each row. 256 MiB.
    /// </summary>
    public long Memory { get; init; } = 256L << 20;

    /// <summary>The longest string, in UTF-16 units. 16 Mi.</summary>
    public int StringLength { get; init; } = 16 << 20;

    /// <summary>The longest array, in elements. 4 Mi.</summary>
    public uint ArrayLength { get; init; } = 4 << 20;

    /// <summary>How deep functions may call each other. 1,000.</summary>
    public int Recursion { get; init; } = 1000;

    /// <summary>Bytes of JSON that one call may give back (for a map function: of one document). 64 MiB.</summary>
    public int Output { get; init; } = 64 << 20;

    /// <summary>Whether results of reduce functions must shrink.</summary>
    public ReduceLimit ReduceLimit { get; init; } = ReduceLimit.Fail;
}
