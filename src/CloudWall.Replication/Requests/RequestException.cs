using CloudWall.Documents;

namespace CloudWall.Replication.Requests;

/// <summary>A replication was asked for in a way that makes no sense.</summary>
public sealed class RequestException : Exception
{
    /// <summary>It.</summary>
    /// <param name="error">What <c>_replicate</c> answers with.</param>
    /// <param name="reasonInDocument">What a document of <c>_replicator</c> is refused with.</param>
    public RequestException(DocumentError error, string reasonInDocument)
        : base(error?.Reason)
    {
        Error = error!;
        ReasonInDocument = reasonInDocument;
    }

    /// <summary>What <c>_replicate</c> answers with.</summary>
    public DocumentError Error { get; }

    /// <summary>What a document of <c>_replicator</c> is refused with (403).</summary>
    public string ReasonInDocument { get; }
}
