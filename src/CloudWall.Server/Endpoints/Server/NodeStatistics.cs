using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Access.Passwords;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Node;
using CloudWall.Node.Resources;
using CloudWall.Node.Views;
using CloudWall.Server.Endpoints.Changes;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary>
/// <c>/_node/{node}/_stats</c>, <c>_system</c> and <c>_prometheus</c>: what this node counts, under CouchDB's names. What it does not
/// count, or has nothing of, is 0 in the group <c>couchdb</c>; other groups are not there.
/// </summary>
internal sealed class NodeStatistics(
    NodeIdentity identity,
    DatabaseCatalogue databases,
    ViewMetrics views,
    PasswordVerifier passwords,
    RequestMetrics requests,
    FeedPlaces feeds,
    TimeProvider time,
    DateTimeOffset startedAt)
{
    /// <summary>Percentiles that CouchDB names; 999 is 99.9.</summary>
    private static readonly int[] Shares = [50, 75, 90, 95, 99, 999];

    private static readonly Histogram Nothing = new(unit: 1);

    /// <summary>GET <c>_stats</c>, with the path of one of them or of several; null where there is none.</summary>
    public async Task Show(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange, identity);
        JsonNode? found = Read();
        for (var i = 3; i < exchange.Target.Count; i++)
        {
            found = (found as JsonObject)?[exchange.Target.Text(i)];
        }

        await exchange.WriteJsonAsync(200, Encoding.UTF8.GetBytes(found?.ToJsonString() ?? "null"));
    }

    /// <summary>GET <c>_system</c>.</summary>
    public async Task ShowSystem(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange, identity);
        using var process = Process.GetCurrentProcess();
        var heap = GC.GetTotalMemory(forceFullCollection: false);
        using var json = new JsonBuffer();
        json.Raw("{\"uptime\":"u8).Number(Uptime())
            .Raw(",\"memory\":{\"other\":"u8).Number(Math.Max(0, process.WorkingSet64 - heap))
            .Raw(",\"processes\":"u8).Number(heap)
            .Raw("},\"run_queue\":"u8).Number(ThreadPool.PendingWorkItemCount)
            .Raw(",\"process_count\":"u8).Number(process.Threads.Count)
            .Raw(",\"garbage_collection_count\":"u8).Number(GC.CollectionCount(0))
            .Raw(",\"message_queues\":{},\"internal_replication_jobs\":0,\"distribution\":{}}"u8);
        await exchange.WriteJsonAsync(200, json);
    }

    /// <summary>GET <c>_prometheus</c>: the same for Prometheus (text format 0.0.4).</summary>
    public async Task ShowPrometheus(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange, identity);
        using var process = Process.GetCurrentProcess();
        var text = new StringBuilder();
        Write(text, "couchdb_uptime_seconds", "counter", ("", Uptime()));
        Write(text, "couchdb_erlang_memory_bytes", "gauge", ("{memory_type=\"total\"}", process.WorkingSet64));
        Write(text, "couchdb_httpd_requests_total", "counter", ("", requests.Requests));
        Write(text, "couchdb_httpd_aborted_requests_total", "counter", ("", requests.Aborted));
        Write(text, "couchdb_httpd_clients_requesting_changes", "gauge", ("", feeds.Open));
        Write(
            text,
            "couchdb_httpd_request_methods",
            "counter",
            [.. requests.ByMethod.Select(static each => ($"{{method=\"{each.Method}\"}}", each.Count))]);
        Write(
            text,
            "couchdb_httpd_status_codes",
            "counter",
            [.. requests.ByStatus.Select(static each => ($"{{code=\"{each.Status}\"}}", each.Count))]);
        Write(text, "couchdb_open_databases", "gauge", ("", databases.Names.Count));
        Write(text, "couchdb_open_os_files", "gauge", ("", FileBudget.CountOpen()));
        exchange.IsPlain = true;
        await exchange.WriteBytesAsync(200, "text/plain; version=2.0", Encoding.ASCII.GetBytes(text.ToString()));
    }

    private JsonObject Read()
    {
        var (counters, histograms) = (Counters(), Histograms(requests));
        var all = new JsonObject();
        foreach (var (path, isHistogram, text) in StatisticDescriptions.All)
        {
            Place(all, path, new JsonObject
            {
                ["value"] = isHistogram ? Value(histograms.GetValueOrDefault(path, Nothing)) : counters.GetValueOrDefault(path),
                ["type"] = isHistogram ? "histogram" : "counter",
                ["desc"] = text,
            });
            counters.Remove(path);
        }

        // Statuses that CouchDB does not list.
        foreach (var (path, value) in counters)
        {
            Place(all, path, new JsonObject { ["value"] = value, ["type"] = "counter", ["desc"] = "number of such HTTP responses" });
        }

        return new JsonObject { ["couchdb"] = all };
    }

    private Dictionary<string, long> Counters()
    {
        var engine = databases.Metrics;
        var counters = new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["coalesced_updates/interactive"] = engine.JoinedEdits,
            ["coalesced_updates/replicated"] = engine.JoinedReplications,
            ["commits"] = engine.Commits,
            ["database_purges"] = engine.Purges,
            ["database_reads"] = engine.Reads,
            ["database_writes"] = engine.Changes,
            ["document_inserts"] = engine.Inserts,
            ["document_purges/failure"] = requests.FailedPurges,
            ["document_purges/success"] = requests.Purges - requests.FailedPurges,
            ["document_purges/total"] = requests.Purges,
            ["document_writes"] = engine.Writes,
            ["httpd/aborted_requests"] = requests.Aborted,
            ["httpd/bulk_requests"] = requests.BulkRequests,
            ["httpd/clients_requesting_changes"] = feeds.Open,
            ["httpd/purge_requests"] = requests.PurgeRequests,
            ["httpd/requests"] = requests.Requests,
            ["httpd/view_reads"] = requests.ViewReads,
            ["local_document_writes"] = engine.LocalWrites,
            ["mrview/emits"] = views.Emitted,
            ["mrview/map_doc"] = views.Mapped,
            ["open_databases"] = databases.Names.Count,
            ["open_os_files"] = FileBudget.CountOpen(),
            ["password_hashing_fast"] = passwords.Remembered,
            ["password_hashing_slow"] = passwords.Hashed,
            ["query_server/vdu_rejects"] = engine.Rejections,
        };
        foreach (var (method, count) in requests.ByMethod)
        {
            counters["httpd_request_methods/" + method] = count;
        }

        foreach (var (status, count) in requests.ByStatus)
        {
            counters[string.Create(CultureInfo.InvariantCulture, $"httpd_status_codes/{status}")] = count;
        }

        return counters;
    }

    private static Dictionary<string, Histogram> Histograms(RequestMetrics requests) => new(StringComparer.Ordinal)
    {
        ["httpd/bulk_docs"] = requests.BulkDocuments,
        ["request_time"] = requests.Times,
    };

    private static JsonObject Value(Histogram histogram) => new()
    {
        ["n"] = histogram.Count,
        ["arithmetic_mean"] = histogram.Mean,
        ["median"] = histogram.Percentile(0.5),
        ["percentile"] = new JsonArray(
            [.. Shares.Select(share => new JsonArray(share, histogram.Percentile(share / (share > 100 ? 1000.0 : 100))))]),
    };

    private static void Place(JsonObject all, string path, JsonObject statistic)
    {
        var names = path.Split('/');
        foreach (var name in names[..^1])
        {
            if (all[name] is not JsonObject inner)
            {
                all[name] = inner = [];
            }

            all = inner;
        }

        all[names[^1]] = statistic;
    }

    private long Uptime() => (long)(time.GetUtcNow() - startedAt).TotalSeconds;

    private static void Write(StringBuilder text, string name, string kind, params ReadOnlySpan<(string Labels, long Value)> values)
    {
        text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
        foreach (var (labels, value) in values)
        {
            text.Append(name).Append(labels).Append(' ').Append(value).Append('\n');
        }

        text.Append('\n');
    }
}
