using System.Globalization;

namespace CloudWall.Documents.Databases;

/// <summary>What is decided when a database is created, and never changes.</summary>
/// <param name="Partitioned">Whether document ids are <c>partition:id</c>.</param>
/// <param name="Shards">
/// CouchDB's <c>q</c>, which it reports and which clients may look at. The data is in one piece whatever it says.
/// </param>
public sealed record DatabaseOptions(bool Partitioned = false, int Shards = 1)
{
    /// <summary>Reads the query parameters of <c>PUT /{db}</c>: <c>q</c>, <c>n</c> and <c>partitioned</c>.</summary>
    /// <param name="parameter">Gives a parameter's value; null where it is missing.</param>
    /// <param name="defaultShards"><c>q</c> where nothing is said.</param>
    /// <exception cref="DocumentException">400: one of them makes no sense.</exception>
    public static DatabaseOptions Read(Func<string, string?> parameter, int defaultShards)
    {
        ArgumentNullException.ThrowIfNull(parameter);

        // There is one copy, whatever n says.
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
