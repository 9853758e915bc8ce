using System.Globalization;
using CloudWall.DesignDocuments.Views;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Mango.Indexes;
using CloudWall.Mango.Requests;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Mango;

/// <summary><c>/{db}/_index</c> (CouchDB's documentation: "/{db}/_index"): indexes are views of design documents.</summary>
/// <param name="indexes">The indexes of databases.</param>
internal sealed class Indexes(QueryIndexes indexes)
{
    /// <summary>GET: all indexes.</summary>
    public Task List(Exchange exchange)
    {
        var all = All(exchange.Database);
        var limit = Parameter(exchange, "limit", all.Count);
        var skip = Parameter(exchange, "skip", 0);
        if (limit < 1 || skip < 0)
        {
            throw BadParameters();
        }

        using var json = new JsonBuffer();
        json.Raw("{\"total_rows\":"u8).Number(all.Count).Raw(",\"indexes\":["u8);
        var separator = ""u8;
        foreach (var index in all.Skip((int)Math.Min(skip, all.Count)).Take((int)Math.Min(limit, all.Count)))
        {
            json.Raw(separator);
            index.Write(json);
            separator = ","u8;
        }

        json.Raw("]}"u8);
        return exchange.WriteJsonAsync(200, json);
    }

    /// <summary>POST: makes an index.</summary>
    public static async Task Create(Exchange exchange)
    {
        exchange.RequireJson();
        var request = IndexRequest.Parse(await exchange.ReadObjectAsync());
        var isNew = await new IndexDesign(exchange, request.Design).AddAsync(request);
        using var json = new JsonBuffer();
        json.Raw("{\"result\":"u8).Raw(isNew ? "\"created\""u8 : "\"exists\""u8)
            .Raw(",\"id\":"u8).Text(request.Design)
            .Raw(",\"name\":"u8).Text(request.Name)
            .Raw("}"u8);
        await exchange.WriteJsonAsync(200, json);
    }

    /// <summary>DELETE: removes an index, and its design document with the last.</summary>
    public async Task Delete(Exchange exchange)
    {
        var target = exchange.Target;
        var first = target.Text(2) == "_design" ? 3 : 2;
        var design = DesignId(target.Text(first));
        var found = indexes.Of(exchange.Database)
            .FirstOrDefault(index =>
                index.Design == design && index.Kind == target.Text(first + 1) && index.Name == target.Text(first + 2));
        if (found is null)
        {
            throw HttpErrors.NotFound("missing");
        }

        await new IndexDesign(exchange, design).RemoveAsync([found.Name]);
        await exchange.WriteOkAsync();
    }

    /// <summary>POST to <c>_bulk_delete</c>: removes the indexes of design documents.</summary>
    public async Task DeleteMany(Exchange exchange)
    {
        exchange.RequireJson();
        var designs = IndexRequest.ParseDeletion(await exchange.ReadObjectAsync());
        using var done = new JsonBuffer();
        using var failed = new JsonBuffer();
        foreach (var name in designs)
        {
            var design = DesignId(name);
            var names = indexes.Of(exchange.Database)
                .Where(index => index.Design == design)
                .Select(static index => index.Name)
                .ToList();
            if (names.Count == 0)
            {
                Begin(failed, design).Raw(",\"error\":\"not_found\"}"u8);
                continue;
            }

            try
            {
                await new IndexDesign(exchange, design).RemoveAsync(names);
                Begin(done, design).Raw(",\"ok\":true}"u8);
            }
            catch (DocumentException refused)
            {
                Begin(failed, design).Raw(",\"error\":"u8).Text(refused.Error.Error).Raw("}"u8);
            }
        }

        using var json = new JsonBuffer();
        json.Raw("{\"success\":["u8).Raw(done.WrittenSpan).Raw("],\"fail\":["u8).Raw(failed.WrittenSpan).Raw("]}"u8);
        await exchange.WriteJsonAsync(200, json);

        static JsonBuffer Begin(JsonBuffer list, string design) =>
            list.Raw(list.WrittenCount == 0 ? "{\"id\":"u8 : ",{\"id\":"u8).Text(design);
    }

    /// <summary>Any other path.</summary>
    public static Task Unknown(Exchange exchange) => throw HttpErrors.NotFound("missing");

    private List<MangoIndex> All(Database database)
    {
        List<MangoIndex> all = [MangoIndex.AllDocuments, .. indexes.Of(database)];
        all.Sort(MangoIndex.ByName);
        return all;
    }

    private static string DesignId(string name) => name.StartsWith("_design/", StringComparison.Ordinal) ? name : "_design/" + name;

    private static long Parameter(Exchange exchange, string name, long otherwise) => exchange.Query[name] is not { } text ? otherwise
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
        : throw BadParameters();

    private static DocumentException BadParameters() =>
        new(new DocumentError(400, "invalid_list_index_params", "Index parameter ranges: limit > 1, skip > 0"));
}
