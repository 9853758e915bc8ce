using System.Buffers;

namespace CloudWall.Documents.Json;

/// <summary>Reads documents as clients send them, with CouchDB's errors for what is wrong with them.</summary>
public static class DocumentParser
{
    /// <summary>Reads one document.</summary>
    /// <exception cref="DocumentException">It is no JSON, no object, or has a special member that CouchDB refuses.</exception>
    public static ParsedDocument Parse(ReadOnlySpan<byte> utf8, DocumentLimits limits) => throw new NotImplementedException();

    /// <summary>Reads one document.</summary>
    /// <exception cref="DocumentException">It is no JSON, no object, or has a special member that CouchDB refuses.</exception>
    public static ParsedDocument Parse(in ReadOnlySequence<byte> utf8, DocumentLimits limits) => throw new NotImplementedException();

    /// <summary>Checks a document's id.</summary>
    /// <exception cref="DocumentException">400 <c>illegal_docid</c>.</exception>
    public static void ValidateId(string id, DocumentLimits limits) => throw new NotImplementedException();
}
