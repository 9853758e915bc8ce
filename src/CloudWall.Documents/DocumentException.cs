namespace CloudWall.Documents;

/// <summary>A request that CouchDB refuses, with CouchDB's answer.</summary>
public sealed class DocumentException : Exception
{
    /// <summary>Creates a bad request without a reason.</summary>
    public DocumentException()
        : this(DocumentError.BadRequest("invalid request"))
    {
    }

    /// <summary>Creates a bad request with a reason.</summary>
    public DocumentException(string message)
        : this(DocumentError.BadRequest(message))
    {
    }

    /// <summary>Creates a bad request with a reason and a cause.</summary>
    public DocumentException(string message, Exception innerException)
        : base(message, innerException)
    {
        Error = DocumentError.BadRequest(message);
    }

    /// <summary>Creates a refusal with status, error and reason.</summary>
    public DocumentException(DocumentError error)
        : base(error.Error + ": " + error.Reason)
    {
        Error = error;
    }

    /// <summary>CouchDB's answer.</summary>
    public DocumentError Error { get; }
}
