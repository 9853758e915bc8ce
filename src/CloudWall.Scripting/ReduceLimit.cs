namespace CloudWall.Scripting;

/// <summary>What becomes of a reduce function whose result does not shrink (CouchDB: <c>[query_server_config] reduce_limit</c>).</summary>
public enum ReduceLimit
{
    /// <summary><c>true</c>, the default: the call fails with <c>reduce_overflow_error</c>.</summary>
    Fail,

    /// <summary><c>log</c>: it is logged, and the result stands.</summary>
    Log,

    /// <summary><c>false</c>: nobody looks.</summary>
    Ignore,
}
