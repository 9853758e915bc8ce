using System.Text.Json;

namespace CloudWall.Documents.Json;

/// <summary>
/// How deep JSON may be nested that documents are part of. The readers of the framework allow 64 levels unless they are told otherwise;
/// CouchDB has no limit, and documents here may have <see cref="DocumentLimits.MaxNesting"/>.
/// </summary>
public static class JsonDepth
{
    /// <summary>As deep as documents may be, and what stands around them in requests and answers.</summary>
    public const int Max = DocumentLimits.MaxNesting + 8;

    /// <summary>For a reader.</summary>
    public static readonly JsonReaderOptions Reader = new() { MaxDepth = Max };

    /// <summary>For a <see cref="JsonDocument"/>.</summary>
    public static readonly JsonDocumentOptions Document = new() { MaxDepth = Max };
}
