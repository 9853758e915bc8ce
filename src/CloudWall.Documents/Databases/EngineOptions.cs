using System.Security.Cryptography;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rules;
using CloudWall.Documents.Validation;

namespace CloudWall.Documents.Databases;

/// <summary>Settings of the document engine, under CouchDB's names if CouchDB has them.</summary>
public sealed record EngineOptions
{
    /// <summary>Limits on documents and attachments.</summary>
    public Func<DocumentLimits> Limits { get; init; } = static () => DocumentLimits.Default;

    /// <summary><c>[cluster] q</c>: the shard count that new databases report.</summary>
    public int DefaultShards { get; init; } = 1;

    /// <summary><c>[attachments] compression_level</c>: 0 (none) to 9.</summary>
    public int CompressionLevel { get; init; } = 8;

    /// <summary><c>[attachments] compressible_types</c>: media types, with <c>*</c> as a wildcard.</summary>
    public string CompressibleTypes { get; init; } =
        "text/*, application/javascript, application/json, application/xml";

    /// <summary>Maximum bytes of prepared writes that wait for the writers of all databases, overhead included.</summary>
    public long MaxQueuedBytes { get; init; } = 64L << 20;

    /// <summary>Maximum number of writes that wait for room in that queue; further writes are refused.</summary>
    public int MaxWaitingWrites { get; init; } = 1000;

    /// <summary>Maximum wait for room in that queue.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Settings of automatic compaction.</summary>
    public CompactionOptions Compaction { get; init; } = new();

    /// <summary>Called with a description of damage that does not prevent the databases from opening.</summary>
    public Action<string> Damaged { get; init; } = static _ => { };

    /// <summary>Checks for free disk space before writes; null relies on the disk's own errors.</summary>
    public WriteRoom? Room { get; init; }

    /// <summary>
    /// The rules that documents must satisfy, whichever way they arrive. They are checked in this order, before
    /// <see cref="LoadValidator"/>'s functions.
    /// </summary>
    public IReadOnlyList<WriteRule> Rules { get; init; } = [];

    /// <summary>
    /// Returns the top-level member that every read of a database's bodies leaves out; null for none. Called once for each database. A body
    /// without the member no longer matches its revision's hash.
    /// </summary>
    public Func<string, string?>? HiddenMember { get; init; }

    /// <summary>
    /// Loads a database's validation functions; null if it has none. Called before the first write and after each change of a design
    /// document.
    /// </summary>
    public Func<Database, UpdateValidator?>? LoadValidator { get; init; }

    /// <summary>The scheduler for writers and maintenance.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Creates the ids of databases and purges: 32 random hexadecimal digits each.</summary>
    public Func<string> NewUuid { get; init; } = () => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
