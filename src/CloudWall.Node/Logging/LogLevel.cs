namespace CloudWall.Node.Logging;

/// <summary>The level of the log: CouchDB's <c>[log] level</c>.</summary>
public enum LogLevel
{
    /// <summary>Everything.</summary>
    Debug,

    /// <summary>Detailed events.</summary>
    Info,

    /// <summary>One line per request.</summary>
    Notice,

    /// <summary>Events that an operator may want to investigate.</summary>
    Warning,

    /// <summary>Failures.</summary>
    Error,

    /// <summary>Nothing.</summary>
    None,
}
