namespace CloudWall.Documents.Multipart;

/// <summary>The headers of one part of a multipart body (RFC 2046, section 5.1). Its bytes come from the reader.</summary>
public sealed class MultipartPart
{
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;

    /// <summary>A part with headers whose names are in small letters.</summary>
    public MultipartPart(IReadOnlyList<KeyValuePair<string, string>> headers) => _headers = headers;

    /// <summary><c>Content-Type</c>, or null.</summary>
    public HeaderValue? ContentType => Find("content-type") is { } value ? HeaderValue.Parse(value) : null;

    /// <summary><c>Content-Type</c> as it was sent, or null.</summary>
    public string? RawContentType => Find("content-type");

    /// <summary>The file name that <c>Content-Disposition</c> gives, or null.</summary>
    public string? FileName => Disposition?.Find("filename");

    /// <summary>The form field's name that <c>Content-Disposition</c> gives, or null.</summary>
    public string? FieldName => Disposition?.Find("name");

    /// <summary>A header's value, or null.</summary>
    /// <param name="name">Its name in small letters.</param>
    public string? Find(string name)
    {
        foreach (var (key, value) in _headers)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }

    private HeaderValue? Disposition => Find("content-disposition") is { } value ? HeaderValue.Parse(value) : null;
}
