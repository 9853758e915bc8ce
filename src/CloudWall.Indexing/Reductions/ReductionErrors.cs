using CloudWall.Documents;

namespace CloudWall.Indexing.Reductions;

/// <summary>Errors that end the build of an index.</summary>
internal static class ReductionErrors
{
    /// <summary>A built-in function cannot reduce a value.</summary>
    public static DocumentException Invalid(string reason) => new(new DocumentError(500, "invalid_value", reason));
}
