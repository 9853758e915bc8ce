using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary><c>/{db}/_partition/{partition}</c> (CouchDB's documentation: "Partitioned Databases").</summary>
internal static class Partitions
{
    /// <summary>How many documents are counted between two looks at the client.</summary>
    private const int DocumentsPerLook = 1024;

    /// <summary>GET: what a partition has.</summary>
    public static async Task Show(Exchange exchange)
    {
        var partition = Require(exchange, isPartitionedFirst: false);
        var range = new KeyRange(partition + ":", partition + ";", InclusiveEnd: false);
        var (documents, deletions, stored, external) = (0L, 0L, 0L, 0L);
        using (var cursor = exchange.Database.Scan(range, includeDeleted: true))
        {
            for (var looked = 1; cursor.MoveNext(); looked++)
            {
                if (cursor.Record.Deleted)
                {
                    deletions++;
                }
                else
                {
                    documents++;
                    using var body = cursor.ReadWinner();
                    stored += cursor.Id.Length + (body?.Body.Length ?? 0);
                    external += body?.Body.Length ?? 0;
                }

                if (looked % DocumentsPerLook == 0)
                {
                    exchange.Aborted.ThrowIfCancellationRequested();
                    await Task.Yield();
                }
            }
        }

        using var json = new JsonBuffer();
        json.Raw("{\"db_name\":"u8).Text(exchange.Database.Name)
            .Raw(",\"sizes\":{\"active\":"u8).Number(stored)
            .Raw(",\"external\":"u8).Number(external)
            .Raw("},\"partition\":"u8).Text(partition)
            .Raw(",\"doc_count\":"u8).Number(documents)
            .Raw(",\"doc_del_count\":"u8).Number(deletions)
            .Raw("}"u8);
        await exchange.WriteJsonAsync(200, json);
    }

    /// <summary>
    /// What follows a partition in the path: the same request without it, and with a parameter that names it, as in CouchDB.
    /// </summary>
    public static Task GoOn(Exchange exchange)
    {
        var partition = Require(exchange, isPartitionedFirst: true);
        var target = exchange.Target;
        if (exchange.Query["partition"] is { } other && other != partition)
        {
            throw HttpErrors.BadRequest("Conflicting value for `partition` in query string");
        }

        var rest = target.Text(3);
        if (rest is not ("_all_docs" or "_find" or "_explain" or "_index")
            && !(rest == "_design" && target.Count > 5 && target.Text(5) is ['_', ..]))
        {
            throw HttpErrors.NotFound("missing");
        }

        var path = "/" + PercentEncoding.Encode(target.Text(0));
        for (var segment = 3; segment < target.Count; segment++)
        {
            path += "/" + PercentEncoding.Encode(target.Text(segment));
        }

        var query = target.Raw.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? "&" + target.Raw[(mark + 1)..] : string.Empty;
        var raw = $"{path}?partition={PercentEncoding.Encode(partition)}{query}";
        if (!RequestTarget.TryParse(raw, exchange.Settings.DecodePlusToSpace, out var meant, out var error))
        {
            throw new DocumentException(error);
        }

        exchange.Rewrite(meant, exchange.Method, body: null);
        return Task.CompletedTask;
    }

    /// <summary>A path that names no partition.</summary>
    public static Task Refuse(Exchange exchange) => throw HttpErrors.BadRequest("invalid_partition_req");

    private static string Require(Exchange exchange, bool isPartitionedFirst)
    {
        var partition = exchange.Target.Text(2);
        var fault = DocumentId.FaultOfPartition(partition);
        return !exchange.Database.Options.Partitioned && (isPartitionedFirst || fault is null)
            ? throw HttpErrors.BadRequest("database is not partitioned")
            : fault is null ? partition
            : throw new DocumentException(fault);
    }
}
