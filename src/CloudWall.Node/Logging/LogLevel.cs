namespace CloudWall.Node.Logging;

/// <summary>How much is written to the log: CouchDB's <c>[log] level</c>.</summary>
public enum LogLevel
{
    /// <summary>Everything.</summary>
    Debug,

    /// <summary>What happens, in some detail.</summary>
    Info,

    /// <summary>One line for each request.</summary>
    Notice,

    /// <summary>What an operator may want to look into.</summary>
    Warning,

    /// <summary>Faults.</summary>
    Error,

    /// <summary>Nothing.</summary>
    None,
}
