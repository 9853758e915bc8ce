using System.Buffers.Binary;
using System.Security.Cryptography;
using CloudWall.Documents;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>Settings of index building.</summary>
public sealed record IndexingOptions
{
    /// <summary>How many indexes are built at once.</summary>
    public int ConcurrentBuilds { get; init; } = 2;

    /// <summary>
    /// How many indexes are open at once, unless more are in use. An index of a design document that was replaced or deleted is closed when
    /// others have been used more recently.
    /// </summary>
    public int MostOpen { get; init; } = 500;

    /// <summary>On how many threads one build runs map functions.</summary>
    public int MapThreads { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Documents of a step, at most.</summary>
    public int BatchDocuments { get; init; } = 500;

    /// <summary>Bytes of documents of a step, about.</summary>
    public int BatchBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of nodes and rows that are kept in memory for queries, about, of all indexes together.</summary>
    public long CacheBytes { get; init; } = 16 << 20;

    /// <summary>The scheduler on which builds run.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>The clock, for telling since when a build runs.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where indexes get the secret by which nodes over their rows are chosen.</summary>
    public Func<ulong> NewSeed { get; init; } = static () => BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(8));

    /// <summary>
    /// Whether the rows of an engine (<c>IndexDefinition.Engine</c>) are what they would be if they were made now. Indexes of others are
    /// removed when the catalogue is opened.
    /// </summary>
    public Func<string, bool> IsCurrent { get; init; } = static _ => true;

    /// <summary>Bytes of rows after which what is left of a step waits until they are written, about.</summary>
    public int StepRowBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Asked before a build begins, with whether somebody waits for it: why it must not, or null. What is up to date is not built.
    /// </summary>
    public Func<bool, DocumentError?> Refuse { get; init; } = static _ => null;

    /// <summary>
    /// Told when an index is removed, to be built from nothing, because it is damaged: the database's name and what was met.
    /// </summary>
    public Action<string, StorageException> Damaged { get; init; } = static (_, _) => { };

    /// <summary>Told when a damaged index cannot be removed: nothing can be written until the whole store is made anew.</summary>
    public Action<StorageException> Lost { get; init; } = static _ => { };

    /// <summary>Told when a build has ended: the bytes of documents that it has mapped.</summary>
    public Action<long> Released { get; init; } = static _ => { };

    /// <summary>Told when a build that nobody waits for fails: the database's name and why.</summary>
    public Action<string, Exception> Failed { get; init; } = static (_, _) => { };
}
