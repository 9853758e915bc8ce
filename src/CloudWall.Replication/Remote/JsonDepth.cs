using System.Text.Json;
using CloudWall.Documents.Json;

namespace CloudWall.Replication.Remote;

/// <summary>How deep JSON may be nested that has documents in it.</summary>
internal static class JsonDepth
{
    /// <summary>As deep as documents may be, and what stands around them.</summary>
    public static readonly JsonReaderOptions Any = new() { MaxDepth = DocumentLimits.MaxNesting + 8 };
}
