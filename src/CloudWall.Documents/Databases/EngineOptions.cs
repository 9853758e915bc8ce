using System.Security.Cryptography;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rules;
using CloudWall.Documents.Validation;

namespace CloudWall.Documents.Databases;

/// <summary>Settings of the document engine, under CouchDB's names where it has them.</summary>
public sealed record EngineOptions
{
    /// <summary>Limits on documents and attachments.</summary>
    public DocumentLimits Limits { get; init; } = new();

    /// <summary><c>[cluster] q</c>: what new databases say of their shards.</summary>
    public int DefaultShards { get; init; } = 1;

    /// <summary><c>[attachments] compression_level</c>: 0 (none) to 9.</summary>
    public int CompressionLevel { get; init; } = 8;

    /// <summary><c>[attachments] compressible_types</c>: media types, <c>*</c> for any rest.</summary>
    public string CompressibleTypes { get; init; } =
        "text/*, application/javascript, application/json, application/xml";

    /// <summary>
    /// How many bytes of prepared writes may wait for the writers of all databases, what they take beside their content included.
    /// </summary>
    public long MaxQueuedBytes { get; init; } = 64L << 20;

    /// <summary>How many writes may wait for a place in that queue; one more is refused.</summary>
    public int MaxWaitingWrites { get; init; } = 1000;

    /// <summary>How long a write waits for a place in that queue before it is refused.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>When databases are compacted by themselves.</summary>
    public CompactionOptions Compaction { get; init; } = new();

    /// <summary>Told what cannot be read when the databases are opened, and does not keep them from being opened.</summary>
    public Action<string> Damaged { get; init; } = static _ => { };

    /// <summary>Decides whether there is room on the disk; null where the disk itself decides.</summary>
    public WriteRoom? Room { get; init; }

    /// <summary>
    /// What documents must satisfy before they are written, whichever way they come. They are checked in this order, before
    /// <see cref="LoadValidator"/>'s.
    /// </summary>
    public IReadOnlyList<WriteRule> Rules { get; init; } = [];

    /// <summary>
    /// The top-level member that is left out of the bodies of a database when they are read, for whatever purpose; null for none. It is
    /// asked once for each database. A revision that has the member is shown with another content than that of which its hash was made.
    /// </summary>
    public Func<string, string?>? HiddenMember { get; init; }

    /// <summary>
    /// Reads what a database's design documents demand of its documents; null where they demand nothing. It is called before the first
    /// write, and again after a design document has changed.
    /// </summary>
    public Func<Database, UpdateValidator?>? LoadValidator { get; init; }

    /// <summary>The scheduler on which writers and maintenance run.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Where databases and purges get their ids: 32 random hexadecimal digits each.</summary>
    public Func<string> NewUuid { get; init; } = () => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
