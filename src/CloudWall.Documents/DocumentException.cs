namespace CloudWall.Documents;

/// <summary>A request that CouchDB would refuse, with what it would answer.</summary>
public sealed class DocumentException : Exception
{
    /// <summary>An unnamed bad request.</summary>
    public DocumentException()
        : this(DocumentError.BadRequest("invalid request"))
    {
    }

    /// <summary>A bad request with a reason.</summary>
    public DocumentException(string message)
        : this(DocumentError.BadRequest(message))
    {
    }

    /// <summary>A bad request with a reason and what caused it.</summary>
    public DocumentException(string message, Exception innerException)
        : base(message, innerException)
    {
        Error = DocumentError.BadRequest(message);
    }

    /// <summary>A refusal with status, error and reason.</summary>
    public DocumentException(DocumentError error)
        : base(error.Error + ": " + error.Reason)
    {
        Error = error;
    }

    /// <summary>What CouchDB would answer.</summary>
    public DocumentError Error { get; }
}
