using System.Globalization;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary><c>/{db}/_revs_limit</c> and <c>/{db}/_purged_infos_limit</c>.</summary>
internal static class Limits
{
    /// <summary>GET <c>_revs_limit</c>.</summary>
    public static Task ShowRevs(Exchange exchange) => WriteNumberAsync(exchange, exchange.Database.RevsLimit);

    /// <summary>PUT <c>_revs_limit</c>.</summary>
    public static async Task SetRevs(Exchange exchange)
    {
        var limit = await ReadNumberAsync(exchange) ?? throw HttpErrors.BadRequest("`revs_limit` must be positive integer");
        await exchange.Database.SetRevsLimitAsync(limit, exchange.Aborted);
        await exchange.WriteOkAsync();
    }

    /// <summary>GET <c>_purged_infos_limit</c>.</summary>
    public static Task ShowPurgedInfos(Exchange exchange) => WriteNumberAsync(exchange, exchange.Database.PurgedInfosLimit);

    /// <summary>PUT <c>_purged_infos_limit</c>.</summary>
    public static async Task SetPurgedInfos(Exchange exchange)
    {
        var limit = await ReadNumberAsync(exchange) ?? throw HttpErrors.BadRequest("`purged_infos_limit` must be positive integer");
        await exchange.Database.SetPurgedInfosLimitAsync(limit, exchange.Aborted);
        await exchange.WriteOkAsync();
    }

    private static async Task WriteNumberAsync(Exchange exchange, long number)
    {
        using var json = new JsonBuffer();
        await exchange.WriteJsonAsync(200, json.Number(number));
    }

    /// <summary>
    /// A whole number above 0; null where the body is something else. CouchDB takes numbers of any size: those that are too large to be
    /// kept stand for the largest that can, which no document and no history of purges reaches either.
    /// </summary>
    private static async ValueTask<long?> ReadNumberAsync(Exchange exchange)
    {
        using var json = await exchange.ReadNormalJsonAsync();
        var digits = json.WrittenSpan;
        if (digits.IsEmpty || digits[0] == (byte)'0' || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return null;
        }

        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
    }
}
