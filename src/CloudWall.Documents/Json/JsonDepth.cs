using System.Text.Json;

namespace CloudWall.Documents.Json;

/// <summary>
/// Reader options for JSON that contains documents: unlimited nesting, as in CouchDB. The framework's default is 64 levels; a reader needs
/// one bit per level. Stored JSON is limited by <see cref="DocumentLimits.MaxNesting"/>.
/// </summary>
public static class JsonDepth
{
    /// <summary>Options of a reader. See <see cref="ForeignJson"/> for a <see cref="JsonDocument"/>.</summary>
    public static readonly JsonReaderOptions Reader = new() { MaxDepth = int.MaxValue };
}
