namespace CloudWall.Scripting;

/// <summary>How a <see cref="ScriptHost"/> keeps what it has compiled, and what code may use.</summary>
public sealed record ScriptHostOptions
{
    /// <summary>What code may use.</summary>
    public ScriptLimits Limits { get; init; } = new();

    /// <summary>
    /// After so long without a call, compiled code is dropped (CouchDB: <c>[query_server_config] os_process_idle_limit</c>). 5 minutes.
    /// </summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How much compiled code is kept: sets of functions. The one longest unused goes first. 1,000, of which each takes some 50 KiB of
    /// <see cref="TotalMemory"/>: a write runs the validation of all design documents of its database.
    /// </summary>
    public int Capacity { get; init; } = 1000;

    /// <summary>Bytes of text that the kept sets may have together. The one longest unused goes first. 64 MiB.</summary>
    public long SourceMemory { get; init; } = 64L << 20;

    /// <summary>
    /// Idle engines that are kept for one database: as many as threads are likely to want at once. The number of processors.
    /// </summary>
    public int EnginesKept { get; init; } = Environment.ProcessorCount;

    /// <summary>How many calls run at a time. One database has at most half of these places. Twice the processors, at least 4.</summary>
    public int Places { get; init; } = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>How many lists may be under way, most of which wait for their clients. 32.</summary>
    public int Streams { get; init; } = 32;

    /// <summary>
    /// Bytes of memory that all calls may take together, beyond the 16 MiB that each begins with, and that what is kept between calls may
    /// take. One database has at most two thirds of what others leave. 168 MiB, so that one call alone can have all that a call may.
    /// </summary>
    public long TotalMemory { get; init; } = 168L << 20;

    /// <summary>Told how many bytes a call had of that, when it gives them back, or how many were kept, when they are no longer.</summary>
    public Action<long>? Released { get; init; }

    /// <summary>Where random numbers come from: they seed <c>Math.random</c> for each call.</summary>
    public Func<long> Random { get; init; } = static () => System.Random.Shared.NextInt64();

    /// <summary>How many processes of query servers each language may have (CouchDB: <c>os_process_limit</c>). 100.</summary>
    public int ProcessLimit { get; init; } = 100;

    /// <summary>How many of them are kept when they are idle (CouchDB: <c>os_process_soft_limit</c>). 100.</summary>
    public int ProcessesKept { get; init; } = 100;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where <c>log()</c> goes, and errors of functions that cost a document its rows but stop nothing.</summary>
    public Action<ScriptLogEntry> Log { get; init; } = static _ => { };
}
