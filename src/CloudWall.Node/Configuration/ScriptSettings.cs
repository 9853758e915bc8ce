using CloudWall.Scripting;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>
/// What code of design documents may use, out of CouchDB's <c>[couchdb] os_process_timeout</c> and <c>[query_server_config]</c> (its
/// documentation: "Query Servers"). What CouchDB says of processes goes for engines in this process, too.
/// </summary>
public static class ScriptSettings
{
    private const string Section = "query_server_config";
    private const int WasmPage = 64 << 10;

    private static readonly Setting<TimeSpan> Timeout = new(
        "couchdb", "os_process_timeout", SettingKinds.Milliseconds(), TimeSpan.FromSeconds(5),
        "How long a function may take for one document, row or request. On Linux the time counts in which it has a processor.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeSpan> ListTimeout = new(
        "cloudwall", "list_timeout", SettingKinds.Milliseconds(), TimeSpan.FromMinutes(5),
        "How long the code of a list function may take for all of its rows, without the time that its client takes.")
    { IsReadAtStart = true };

    private static readonly Setting<long> Memory = new(
        "cloudwall", "function_memory", SettingKinds.Number(32L << 20, 1L << 30), 128L << 20,
        "Bytes of memory that a call of a function may take.")
    { IsReadAtStart = true };

    private static readonly Setting<ReduceLimit> Reduce = new(
        Section, "reduce_limit", SettingKinds.Choice(("true", ReduceLimit.Fail), ("false", ReduceLimit.Ignore), ("log", ReduceLimit.Log)), ReduceLimit.Fail,
        "What happens where a reduction does not become smaller than what goes into it: it fails, or it is logged.")
    { IsReadAtStart = true };

    private static readonly Setting<long> TotalMemory = new(
        "cloudwall", "all_function_memory", SettingKinds.Number(1L << 20), 168L << 20,
        "Bytes that all calls of functions may take together, beyond the 16 MiB that each begins with, and that what is kept between "
        + "them may take. One database has at most two thirds of what others leave. Twice as many calls as there are processors run at a "
        + "time, at least 4, so the node's memory grows by this, by 16 MiB for each of them, and by the rows and answers that they make.")
    { IsReadAtStart = true };

    private static readonly Setting<int> Streams = new(
        "cloudwall", "max_lists", SettingKinds.Count(2, 10_000), 32,
        "List functions under way at a time. One database has at most half of these places, and an eighth is kept for databases that have "
        + "none. Where others wait for one, the list is cut off that has waited longest for its client: one that took nothing for 10 seconds, "
        + "or that let it wait for 5 minutes in all, or for 10 seconds where its database has two places more.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeSpan> IdleTime = new(
        Section, "os_process_idle_limit", SettingKinds.Seconds(), TimeSpan.FromMinutes(5),
        "How long functions that nobody calls are kept ready.")
    { IsReadAtStart = true };

    private static readonly Setting<int> ProcessLimit = new(
        Section, "os_process_limit", SettingKinds.Count(1, 100_000), 100,
        "Query servers that run at a time, for each language.")
    { IsReadAtStart = true };

    private static readonly Setting<int> ProcessesKept = new(
        Section, "os_process_soft_limit", SettingKinds.Count(1, 100_000), 100, "Query servers that are kept when nobody calls them.")
    { IsReadAtStart = true };

    /// <summary>All settings of functions.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [Timeout, ListTimeout, Memory, Reduce, TotalMemory, Streams, IdleTime, ProcessLimit, ProcessesKept];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static ScriptHostOptions Read(SettingsStore settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new ScriptHostOptions
        {
            Limits = new ScriptLimits
            {
                Timeout = settings.Get(Timeout),
                ListTimeout = settings.Get(ListTimeout),
                Memory = settings.Get(Memory) / WasmPage * WasmPage,
                ReduceLimit = settings.Get(Reduce),
            },
            TotalMemory = settings.Get(TotalMemory),
            Streams = settings.Get(Streams),
            IdleTime = settings.Get(IdleTime),
            ProcessLimit = settings.Get(ProcessLimit),
            ProcessesKept = settings.Get(ProcessesKept),
        };
    }
}
