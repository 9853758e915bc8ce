using System.Text.Json;

namespace CloudWall.Documents.Json;

/// <summary>
/// How deep JSON may be nested that documents are part of: as deep as it likes, as in CouchDB. The framework's readers refuse more than 64
/// levels unless they are told otherwise; they need a bit for each. What is stored is limited by <see cref="DocumentLimits.MaxNesting"/>.
/// </summary>
public static class JsonDepth
{
    /// <summary>For a reader. See <see cref="ForeignJson"/> for a <see cref="JsonDocument"/>.</summary>
    public static readonly JsonReaderOptions Reader = new() { MaxDepth = int.MaxValue };
}
