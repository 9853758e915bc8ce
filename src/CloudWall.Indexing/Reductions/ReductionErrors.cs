using CloudWall.Documents;

namespace CloudWall.Indexing.Reductions;

/// <summary>What ends the build of an index.</summary>
internal static class ReductionErrors
{
    /// <summary>A value that a builtin function cannot reduce.</summary>
    public static DocumentException Invalid(string reason) => new(new DocumentError(500, "invalid_value", reason));
}
