namespace CloudWall.Mango.Matching;

/// <summary>What a condition says of a value.</summary>
internal enum Verdict
{
    /// <summary>The value does not match.</summary>
    No,

    /// <summary>The value matches.</summary>
    Yes,

    /// <summary>
    /// There is no answer, such as for a division by zero. CouchDB throws; operators on elements catch that and do not match, and a
    /// document does not match here either.
    /// </summary>
    Fault,
}
