namespace CloudWall.Documents.Attachments;

/// <summary>Which attachments are stored compressed: CouchDB's setting <c>[attachments] compressible_types</c>.</summary>
public sealed class CompressibleTypes
{
    /// <summary>CouchDB's default: <c>text/*, application/javascript, application/json, application/xml</c>.</summary>
    public static readonly CompressibleTypes Default = new("text/*, application/javascript, application/json, application/xml");

    /// <summary>A list of types parted by commas, in which <c>/*</c> stands for all of a kind.</summary>
    public CompressibleTypes(string setting) => Setting = setting;

    /// <summary>The list as it was given.</summary>
    public string Setting { get; }

    /// <summary>Whether attachments of this content type are compressed. Parameters and case do not matter.</summary>
    public bool Matches(string contentType) => throw new NotImplementedException();
}
