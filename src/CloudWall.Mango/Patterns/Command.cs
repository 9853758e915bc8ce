namespace CloudWall.Mango.Patterns;

/// <summary>A command to the search (PCRE: "Backtracking control").</summary>
internal enum Command
{
    /// <summary><c>(*FAIL)</c>.</summary>
    Fail,

    /// <summary><c>(*ACCEPT)</c>.</summary>
    Accept,

    /// <summary><c>(*COMMIT)</c>: no other beginning is tried.</summary>
    Commit,

    /// <summary><c>(*PRUNE)</c>, <c>(*THEN)</c>: this beginning is given up.</summary>
    Prune,

    /// <summary><c>(*SKIP)</c>: beginnings before this position are given up.</summary>
    Skip,
}
