using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary>
/// <c>/_node/{node}/_stats</c>, <c>_system</c> and <c>_prometheus</c>: what this node counts, under CouchDB's names. What it does not count is
/// not there.
/// </summary>
internal static class NodeStatistics
{
    /// <summary>Percentiles that CouchDB names; 999 is 99.9.</summary>
    private static readonly int[] Shares = [50, 75, 90, 95, 99, 999];

    /// <summary>GET <c>_stats</c>, with the path of one of them or of several; null where there is none.</summary>
    public static async Task Show(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange);
        JsonNode? found = Read(exchange.Node);
        for (var i = 3; i < exchange.Target.Count; i++)
        {
            found = (found as JsonObject)?[exchange.Target.Text(i)];
        }

        await exchange.WriteJsonAsync(200, Encoding.UTF8.GetBytes(found?.ToJsonString() ?? "null"));
    }

    /// <summary>GET <c>_system</c>.</summary>
    public static async Task ShowSystem(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange);
        using var process = Process.GetCurrentProcess();
        var heap = GC.GetTotalMemory(forceFullCollection: false);
        using var json = new JsonBuffer();
        json.Raw("{\"uptime\":"u8).Number(Uptime(exchange.Node))
            .Raw(",\"memory\":{\"other\":"u8).Number(Math.Max(0, process.WorkingSet64 - heap))
            .Raw(",\"processes\":"u8).Number(heap)
            .Raw("},\"run_queue\":"u8).Number(ThreadPool.PendingWorkItemCount)
            .Raw(",\"process_count\":"u8).Number(process.Threads.Count)
            .Raw(",\"garbage_collection_count\":"u8).Number(GC.CollectionCount(0))
            .Raw(",\"message_queues\":{},\"internal_replication_jobs\":0,\"distribution\":{}}"u8);
        await exchange.WriteJsonAsync(200, json);
    }

    /// <summary>GET <c>_prometheus</c>: the same for Prometheus (text format 0.0.4).</summary>
    public static async Task ShowPrometheus(Exchange exchange)
    {
        Cluster.RequireThisNode(exchange);
        var node = exchange.Node;
        using var process = Process.GetCurrentProcess();
        var text = new StringBuilder();
        Write(text, "couchdb_uptime_seconds", "counter", ("", Uptime(node)));
        Write(text, "couchdb_erlang_memory_bytes", "gauge", ("{memory_type=\"total\"}", process.WorkingSet64));
        Write(text, "couchdb_httpd_requests_total", "counter", ("", node.Metrics.Requests));
        Write(text, "couchdb_httpd_aborted_requests_total", "counter", ("", node.Metrics.Aborted));
        Write(text, "couchdb_httpd_clients_requesting_changes", "gauge", ("", node.Feeds.Open));
        Write(
            text,
            "couchdb_httpd_request_methods",
            "counter",
            [.. node.Metrics.ByMethod.Select(static each => ($"{{method=\"{each.Method}\"}}", each.Count))]);
        Write(
            text,
            "couchdb_httpd_status_codes",
            "counter",
            [.. node.Metrics.ByStatus.Select(static each => ($"{{code=\"{each.Status}\"}}", each.Count))]);
        Write(text, "couchdb_open_databases", "gauge", ("", node.Databases.Names.Count));
        Write(text, "couchdb_open_os_files", "gauge", ("", FileBudget.CountOpen()));
        exchange.IsPlain = true;
        await exchange.WriteBytesAsync(200, "text/plain; version=2.0", Encoding.ASCII.GetBytes(text.ToString()));
    }

    private static JsonObject Read(Node node)
    {
        var metrics = node.Metrics;
        return new JsonObject
        {
            ["couchdb"] = new JsonObject
            {
                ["httpd"] = new JsonObject
                {
                    ["requests"] = Counter(metrics.Requests, "requests answered"),
                    ["aborted_requests"] = Counter(metrics.Aborted, "requests that ended early"),
                    ["clients_requesting_changes"] = Counter(node.Feeds.Open, "feeds that are open"),
                },
                ["httpd_request_methods"] = new JsonObject(metrics.ByMethod.Select(static each =>
                    KeyValuePair.Create<string, JsonNode?>(each.Method, Counter(each.Count, $"{each.Method} requests")))),
                ["httpd_status_codes"] = new JsonObject(metrics.ByStatus.Select(static each =>
                    KeyValuePair.Create<string, JsonNode?>($"{each.Status}", Counter(each.Count, $"answers with status {each.Status}")))),
                ["open_databases"] = Counter(node.Databases.Names.Count, "databases"),
                ["open_os_files"] = Counter(FileBudget.CountOpen(), "files that are open"),
                ["request_time"] = new JsonObject
                {
                    ["value"] = new JsonObject
                    {
                        ["n"] = metrics.Requests,
                        ["arithmetic_mean"] = metrics.MeanTime,
                        ["median"] = metrics.Percentile(0.5),
                        ["percentile"] = new JsonArray(
                            [.. Shares.Select(share => new JsonArray(share, metrics.Percentile(share / (share > 100 ? 1000.0 : 100))))]),
                    },
                    ["type"] = "histogram",
                    ["desc"] = "milliseconds that requests took, since the start",
                },
            },
        };

        static JsonObject Counter(long value, string description) =>
            new() { ["value"] = value, ["type"] = "counter", ["desc"] = description };
    }

    private static long Uptime(Node node) => (long)(node.Time.GetUtcNow() - node.StartedAt).TotalSeconds;

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
