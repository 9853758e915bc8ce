using System.Globalization;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary>PUT and DELETE <c>/{db}</c>.</summary>
internal static class Lifetime
{
    /// <summary>PUT.</summary>
    public static async Task Create(Exchange exchange)
    {
        if (!exchange.Principal.IsAdmin)
        {
            throw HttpErrors.Unauthorized("You are not a server admin.");
        }

        var options = ReadOptions(exchange);
        var name = exchange.Target.Text(0);
        DatabaseName.Validate(name);
        await exchange.Node.Databases.CreateAsync(name, options, exchange.Aborted);
        exchange.Headers.Location = exchange.AbsoluteUri("/" + PercentEncoding.Encode(name));
        await exchange.WriteOkAsync(201);
    }

    /// <summary>DELETE. One with a <c>rev</c> is meant for a document whose id got lost.</summary>
    public static async Task Delete(Exchange exchange)
    {
        if (!exchange.Principal.IsAdmin)
        {
            throw HttpErrors.Unauthorized("You are not a server admin.");
        }

        if (exchange.Query.Has("rev"))
        {
            throw HttpErrors.BadRequest(
                "You tried to DELETE a database with a ?=rev parameter. Did you mean to DELETE a document instead?");
        }

        var name = exchange.Target.Text(0);
        var database = exchange.Node.Databases.Find(name);
        if (database is null || !await exchange.Node.Databases.DeleteAsync(name, exchange.Aborted))
        {
            throw new DocumentException(HttpErrors.NoDatabase);
        }

        await exchange.Node.Views.DropAsync(database);

        await exchange.WriteOkAsync();
    }

    private static DatabaseOptions ReadOptions(Exchange exchange)
    {
        // There is one copy, whatever n says.
        _ = ReadPositive(exchange.Query, "n", 1);
        var shards = ReadPositive(exchange.Query, "q", exchange.Node.Settings.DefaultShards);
        return exchange.Query["partitioned"] switch
        {
            null or "false" => new DatabaseOptions(Partitioned: false, shards),
            "true" => new DatabaseOptions(Partitioned: true, shards),
            _ => throw HttpErrors.BadRequest("Invalid `partitioned` parameter"),
        };
    }

    private static int ReadPositive(Query query, string name, int otherwise)
    {
        if (query[name] is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw HttpErrors.BadRequest($"The `{name}` value should be a positive integer.");
    }
}
