namespace CloudWall.Documents.Json;

/// <summary>Errors shared by the JSON readers.</summary>
internal static class JsonErrors
{
    /// <summary>The input needs more memory than can be allocated.</summary>
    public static readonly DocumentError TooLarge = new(413, "too_large", "the request entity is too large");

    /// <summary>A number has more digits than CouchDB can process; CouchDB itself fails.</summary>
    public static readonly DocumentError NumberOutOfRange = DocumentError.BadRequest("A number is out of range.");

    /// <summary>The answer to what is nested deeper than <see cref="DocumentLimits.MaxNesting"/>, which CouchDB takes.</summary>
    public static readonly DocumentError TooDeep =
        DocumentError.BadRequest($"The JSON is nested too deep: {DocumentLimits.MaxNesting} levels are the most.");

    /// <summary>CouchDB's error for invalid JSON.</summary>
    public static DocumentException Invalid() => new(DocumentError.InvalidJson);
}
