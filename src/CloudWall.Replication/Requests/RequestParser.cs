using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Requests;

/// <summary>
/// Reads a replication as it stands in a body of <c>_replicate</c> or in a document of <c>_replicator</c>. What it does not know is
/// passed over, as CouchDB does.
/// </summary>
public static class RequestParser
{
    /// <summary>Reads it.</summary>
    /// <param name="json">The object.</param>
    /// <param name="defaults">The settings of <c>[replicator]</c>.</param>
    /// <exception cref="RequestException">It makes no sense.</exception>
    public static ReplicationRequest Parse(JsonElement json, ReplicationOptions defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        var options = Options(json, defaults);
        var selection = Selection(json);
        var proxy = Text(json, "proxy");
        var sourceProxy = Text(json, "source_proxy");
        var targetProxy = Text(json, "target_proxy");
        if (!string.IsNullOrEmpty(proxy))
        {
            Require(string.IsNullOrEmpty(sourceProxy), "`proxy` is mutually exclusive with `source_proxy`");
            Require(string.IsNullOrEmpty(targetProxy), "`proxy` is mutually exclusive with `target_proxy`");
        }

        return new ReplicationRequest(
            EndpointParser.Parse(Member(json, "source"), string.IsNullOrEmpty(proxy) ? sourceProxy : proxy),
            EndpointParser.Parse(Member(json, "target"), string.IsNullOrEmpty(proxy) ? targetProxy : proxy),
            selection,
            options);
    }

    /// <summary>Whether a job is to be ended (<c>cancel</c>).</summary>
    /// <exception cref="RequestException">It is no boolean.</exception>
    public static bool IsCancel(JsonElement json) => Boolean(json, "cancel") ?? false;

    /// <summary>The id of a job that is to be ended; null where the rest of the request says which.</summary>
    public static string? Id(JsonElement json) =>
        (Text(json, "replication_id") ?? Text(json, "id") ?? Text(json, "_local_id"))?.Replace(' ', '+');

    private static ReplicationOptions Options(JsonElement json, ReplicationOptions defaults) => defaults with
    {
        Continuous = Boolean(json, "continuous") ?? false,
        CreateTarget = Boolean(json, "create_target") ?? false,
        CreateTargetParameters = Pairs(json, "create_target_params", "parameter `create_target_params` must be a JSON object"),
        SinceSequence = Member(json, "since_seq") is { ValueKind: not JsonValueKind.Undefined } since ? since.GetRawText() : null,
        User = User(Member(json, "user_ctx")),
        UseCheckpoints = Boolean(json, "use_checkpoints") ?? defaults.UseCheckpoints,
        UseBulkGet = Boolean(json, "use_bulk_get") ?? defaults.UseBulkGet,
        CheckpointInterval = Milliseconds(json, "checkpoint_interval") ?? defaults.CheckpointInterval,
        BatchSize = (int?)Number(json, "worker_batch_size", 1, 100_000) ?? defaults.BatchSize,
        Workers = (int?)Number(json, "worker_processes", 1, 100) ?? defaults.Workers,
        Connections = (int?)Number(json, "http_connections", 1, 1000) ?? defaults.Connections,
        ConnectionTimeout = Milliseconds(json, "connection_timeout") ?? defaults.ConnectionTimeout,
        Retries = (int?)Number(json, "retries_per_request", 0, 1000) ?? defaults.Retries,
    };

    private static ReplicationUser? User(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var roles = Member(json, "roles");
        return new ReplicationUser(
            Text(json, "name"),
            roles.ValueKind == JsonValueKind.Array
                ? [.. roles.EnumerateArray().Where(static role => role.ValueKind == JsonValueKind.String).Select(static role => role.GetString()!)]
                : []);
    }

    private static ChangesSelection Selection(JsonElement json)
    {
        var filter = Member(json, "filter") is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } given
            ? given.ValueKind == JsonValueKind.String ? given.GetString() : given.GetRawText()
            : null;
        var selector = Member(json, "selector");
        Require(
            selector.ValueKind is JsonValueKind.Undefined or JsonValueKind.Object, "parameter `selector` must be a JSON object");
        var ids = DocumentIds(json);
        var ways = (filter is null ? 0 : 1) + (selector.ValueKind == JsonValueKind.Object ? 1 : 0) + (ids is null ? 0 : 1);
        Require(ways <= 1, "`doc_ids`,`filter`,`selector` are mutually exclusive");
        return new ChangesSelection
        {
            DocumentIds = ids,
            Filter = filter,
            QueryParameters = Pairs(json, "query_params", "parameter `query_params` must be an object"),
            Selector = selector.ValueKind == JsonValueKind.Object ? selector.GetRawText() : null,
            WinnersOnly = Boolean(json, "winning_revs_only") ?? false,
        };
    }

    /// <summary>The ids, each once, in order; they may be percent-encoded.</summary>
    private static List<string>? DocumentIds(JsonElement json)
    {
        var given = Member(json, "doc_ids");
        if (given.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        Require(given.ValueKind == JsonValueKind.Array, "parameter `doc_ids` must be an array");
        var ids = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var id in given.EnumerateArray())
        {
            Require(id.ValueKind == JsonValueKind.String, "parameter `doc_ids` must be an array of strings");
            ids.Add(Uri.UnescapeDataString(id.GetString()!));
        }

        return [.. ids];
    }

    private static List<KeyValuePair<string, string>> Pairs(JsonElement json, string name, string otherwise)
    {
        var given = Member(json, name);
        var pairs = new List<KeyValuePair<string, string>>();
        if (given.ValueKind == JsonValueKind.Undefined)
        {
            return pairs;
        }

        Require(given.ValueKind == JsonValueKind.Object, otherwise);
        foreach (var pair in given.EnumerateObject())
        {
            pairs.Add(new(pair.Name, pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()! : pair.Value.GetRawText()));
        }

        return pairs;
    }

    private static bool? Boolean(JsonElement json, string name) => Member(json, name).ValueKind switch
    {
        JsonValueKind.Undefined => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Refusal($"parameter `{name}` must be a boolean"),
    };

    private static long? Number(JsonElement json, string name, long least, long most)
    {
        var given = Member(json, name);
        if (given.ValueKind == JsonValueKind.Undefined)
        {
            return null;
        }

        long number;
        var isNumber = given.ValueKind == JsonValueKind.Number ? given.TryGetInt64(out number) : long.TryParse(Text(json, name), out number);
        Require(isNumber, $"parameter `{name}` must be an integer");
        return Math.Clamp(number, least, most);
    }

    private static TimeSpan? Milliseconds(JsonElement json, string name) =>
        Number(json, name, 1, 24 * 60 * 60 * 1000) is { } number ? TimeSpan.FromMilliseconds(number) : null;

    private static JsonElement Member(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw Refusal(otherwise);
        }
    }

    /// <summary>CouchDB's reasons in documents show its own notation.</summary>
    private static RequestException Refusal(string reason) =>
        new(DocumentError.BadRequest(reason), $"{{throw,{{bad_request,<<\"{reason}\">>}}}}");
}
