using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>/_all_dbs</c> and <c>/_dbs_info</c>: the databases, by name and with their counts.</summary>
internal sealed class AllDatabases(DatabaseCatalogue databases)
{
    /// <summary>GET <c>/_all_dbs</c>.</summary>
    public async Task List(Exchange exchange)
    {
        var range = DatabaseRange.Parse(exchange.Query);
        if (await IsKnownAsync(exchange))
        {
            return;
        }

        using var stream = exchange.BeginStream();
        stream.Buffer.Raw("["u8);
        var first = true;
        foreach (var name in range.Select(databases.Names))
        {
            stream.Buffer.Raw(first ? ""u8 : ","u8).Text(name);
            first = false;
            await stream.FlushIfFullAsync();
        }

        stream.Buffer.Raw("]\n"u8);
        await stream.CompleteAsync();
    }

    /// <summary>GET <c>/_dbs_info</c>.</summary>
    public async Task ListInfo(Exchange exchange)
    {
        var range = DatabaseRange.Parse(exchange.Query);
        if (!await IsKnownAsync(exchange))
        {
            await WriteInfoAsync(exchange, range.Select(databases.Names), reportMissing: false);
        }
    }

    /// <summary>POST <c>/_dbs_info</c>: those whose names are sent.</summary>
    public async Task FetchInfo(Exchange exchange)
    {
        exchange.RequireJson();
        IReadOnlyList<string?> keys;
        using (var body = await exchange.ReadJsonAsync())
        {
            keys = JsonMember.TryFind(body.Span, "keys"u8, out var value)
                ? JsonList.Texts(value) ?? throw HttpErrors.BadRequest("`keys` member must be an array.")
                : throw HttpErrors.BadRequest("`keys` member must exist.");
        }

        if (keys.Count > exchange.Settings.MaxDatabasesInfo)
        {
            throw HttpErrors.BadRequest("too_many_keys");
        }

        await WriteInfoAsync(exchange, keys, reportMissing: true);
    }

    // The catalogue's latest event stands for all there is to know about it.
    private async ValueTask<bool> IsKnownAsync(Exchange exchange)
    {
        var updates = databases.Updates;
        using var version = new JsonBuffer();
        var etag = Exchange.MakeETag(version.Text(updates.Epoch).Number(updates.Sequence).Text(exchange.Target.Raw).WrittenSpan);
        if (exchange.IsFresh(etag))
        {
            await exchange.WriteNotModifiedAsync(etag);
            return true;
        }

        exchange.Headers.ETag = etag;
        return false;
    }

    private async Task WriteInfoAsync(Exchange exchange, IEnumerable<string?> names, bool reportMissing)
    {
        using var stream = exchange.BeginStream();
        stream.Buffer.Raw("["u8);
        var separator = string.Empty;
        foreach (var name in names)
        {
            var database = name is null ? null : databases.Find(name);
            if (database is null && !reportMissing)
            {
                continue;
            }

            stream.Buffer.Raw(separator.Length == 0 ? ""u8 : ","u8).Raw("{\"key\":"u8).Text(name);
            separator = ",";
            if (database is null)
            {
                stream.Buffer.Raw(",\"error\":\"not_found\"}"u8);
            }
            else
            {
                stream.Buffer.Raw(",\"info\":"u8);
                DatabaseInformation.Write(stream.Buffer, database);
                stream.Buffer.Raw("}"u8);
            }

            await stream.FlushIfFullAsync();
        }

        stream.Buffer.Raw("]\n"u8);
        await stream.CompleteAsync();
    }
}
