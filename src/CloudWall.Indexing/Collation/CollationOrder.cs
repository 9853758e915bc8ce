namespace CloudWall.Indexing.Collation;

/// <summary>In which order a view has its keys (the design document's <c>options.collation</c>; CouchDB's "View Collation" page).</summary>
public enum CollationOrder
{
    /// <summary>null, false, true, numbers, strings as Unicode's root collation has them, arrays, objects.</summary>
    Unicode,

    /// <summary><c>raw</c>: numbers, false, null, true, objects, arrays, strings by their bytes.</summary>
    Raw,
}
