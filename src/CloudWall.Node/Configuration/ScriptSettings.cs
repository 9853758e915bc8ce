using CloudWall.Scripting;

namespace CloudWall.Node.Configuration;

/// <summary>
/// What code of design documents may use, out of CouchDB's <c>[couchdb] os_process_timeout</c> and <c>[query_server_config]</c> (its
/// documentation: "Query Servers"). What CouchDB says of processes goes for engines in this process, too.
/// </summary>
public static class ScriptSettings
{
    private const string Section = "query_server_config";

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static ScriptHostOptions Read(Settings settings) => new()
    {
        Limits = new ScriptLimits
        {
            Timeout = TimeSpan.FromMilliseconds(settings.Number("couchdb", "os_process_timeout", 5000, 1, int.MaxValue)),
            ListTimeout = TimeSpan.FromMilliseconds(settings.Number("cloudwall", "list_timeout", 300_000, 1, int.MaxValue)),
            Memory = settings.Number("cloudwall", "function_memory", 128L << 20, 32L << 20, 1L << 30) / (64 << 10) * (64 << 10),
            ReduceLimit = settings.Choice(Section, "reduce_limit", "true", "true", "false", "log") switch
            {
                "true" => ReduceLimit.Fail,
                "log" => ReduceLimit.Log,
                _ => ReduceLimit.Ignore,
            },
        },
        TotalMemory = settings.Number("cloudwall", "all_function_memory", 192L << 20, 1L << 20, long.MaxValue),
        Streams = (int)settings.Number("cloudwall", "max_lists", 32, 2, 10_000),
        IdleTime = TimeSpan.FromSeconds(settings.Number(Section, "os_process_idle_limit", 300, 1, 1_000_000)),
        Capacity = (int)settings.Number(Section, "os_process_limit", 100, 1, 100_000),
        ProcessLimit = (int)settings.Number(Section, "os_process_limit", 100, 1, 100_000),
        ProcessesKept = (int)settings.Number(Section, "os_process_soft_limit", 100, 1, 100_000),
    };
}
