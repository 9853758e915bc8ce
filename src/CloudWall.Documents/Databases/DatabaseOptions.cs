using System.Globalization;

namespace CloudWall.Documents.Databases;

/// <summary>Options that are fixed when a database is created.</summary>
/// <param name="Partitioned">Whether document ids are <c>partition:id</c>.</param>
/// <param name="Shards">CouchDB's <c>q</c>, which is reported to clients. It has no effect: the data is never split.</param>
public sealed record DatabaseOptions(bool Partitioned = false, int Shards = 1)
{
    /// <summary>Parses the query parameters of <c>PUT /{db}</c>: <c>q</c>, <c>n</c> and <c>partitioned</c>.</summary>
    /// <param name="parameter">Returns a parameter's value, or null if it is missing.</param>
    /// <param name="defaultShards">The default of <c>q</c>.</param>
    /// <exception cref="DocumentException">400: a parameter is invalid.</exception>
    public static DatabaseOptions Read(Func<string, string?> parameter, int defaultShards)
    {
        ArgumentNullException.ThrowIfNull(parameter);

        // The value is only validated: the node always keeps one copy.
        _ = ReadPositive(parameter, "n", 1);
        var shards = ReadPositive(parameter, "q", defaultShards);
        return parameter("partitioned") switch
        {
            null or "false" => new DatabaseOptions(Partitioned: false, shards),
            "true" => new DatabaseOptions(Partitioned: true, shards),
            _ => throw new DocumentException(DocumentError.BadRequest("Invalid `partitioned` parameter")),
        };
    }

    private static int ReadPositive(Func<string, string?> parameter, string name, int otherwise)
    {
        if (parameter(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new DocumentException(DocumentError.BadRequest($"The `{name}` value should be a positive integer."));
    }
}
