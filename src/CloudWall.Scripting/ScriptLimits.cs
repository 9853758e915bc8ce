namespace CloudWall.Scripting;

/// <summary>What code of a design document may use.</summary>
public sealed record ScriptLimits
{
    /// <summary>
    /// Time for one call (CouchDB: <c>[couchdb] os_process_timeout</c>, in milliseconds there): for a document of a map or filter function,
    /// for a row of a list. Where the system tells it, only the time counts in which the function has a processor. 5 seconds.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time that the code of a list function may take for all of its rows; time in which its client or the store is waited for does not
    /// count. 5 minutes.
    /// </summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Bytes of memory that an engine may have, with what it is given and what it gives back. 128 MiB.</summary>
    public long Memory { get; init; } = 128L << 20;

    /// <summary>Bytes of JSON that one call of a query server may give back (for a map function: of one document). 64 MiB.</summary>
    public int Output { get; init; } = 64 << 20;

    /// <summary>Bytes that one call may log; the rest is dropped. 64 KiB.</summary>
    public int LogBytes { get; init; } = 64 << 10;

    /// <summary>Whether results of reduce functions must shrink.</summary>
    public ReduceLimit ReduceLimit { get; init; } = ReduceLimit.Fail;
}
