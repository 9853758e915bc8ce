namespace CloudWall.Documents.Json;

/// <summary>The refusals that reading JSON has in common.</summary>
internal static class JsonErrors
{
    /// <summary>The answer to what needs more memory than there can be.</summary>
    public static readonly DocumentError TooLarge = new(413, "too_large", "the request entity is too large");

    /// <summary>The answer to a number of more digits than CouchDB can measure, where CouchDB itself fails.</summary>
    public static readonly DocumentError NumberOutOfRange = DocumentError.BadRequest("A number is out of range.");

    private static readonly DocumentError NoJson = DocumentError.BadRequest("invalid UTF-8 JSON");

    /// <summary>CouchDB's answer to everything that is no JSON.</summary>
    public static DocumentException Invalid() => new(NoJson);
}
