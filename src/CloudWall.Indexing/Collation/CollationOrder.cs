namespace CloudWall.Indexing.Collation;

/// <summary>
/// The order of a view's keys (the design document's <c>options.collation</c>; CouchDB's documentation: "View Collation").
/// </summary>
public enum CollationOrder
{
    /// <summary>null, false, true, numbers, strings by Unicode's root collation, arrays, objects.</summary>
    Unicode,

    /// <summary><c>raw</c>: numbers, false, null, true, objects, arrays, strings by their bytes.</summary>
    Raw,
}
