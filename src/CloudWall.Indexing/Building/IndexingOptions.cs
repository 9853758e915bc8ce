using System.Buffers.Binary;
using System.Security.Cryptography;
using CloudWall.Documents;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>The settings of index building.</summary>
public sealed record IndexingOptions
{
    /// <summary>The number of indexes that are built at the same time.</summary>
    public int ConcurrentBuilds { get; init; } = 2;

    /// <summary>
    /// The number of indexes that stay open, unless more are in use. An index beyond it is closed when it is the least recently used one.
    /// </summary>
    public int MostOpen { get; init; } = 500;

    /// <summary>The number of threads on which one build runs map functions.</summary>
    public int MapThreads { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>The maximum number of documents in a step.</summary>
    public int BatchDocuments { get; init; } = 500;

    /// <summary>The approximate size of a step's documents in bytes.</summary>
    public int BatchBytes { get; init; } = 1 << 20;

    /// <summary>The approximate size of the cache of nodes and rows for queries, in bytes, for all indexes together.</summary>
    public long CacheBytes { get; init; } = 16 << 20;

    /// <summary>The scheduler on which builds run.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>The clock, for the times of progress.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Creates the secret that decides where an index's nodes begin.</summary>
    public Func<ulong> NewSeed { get; init; } = static () => BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(8));

    /// <summary>
    /// Whether rows that an engine made (<c>IndexDefinition.Engine</c>) equal the rows that the present engine would make. The catalogue
    /// removes other indexes when it opens.
    /// </summary>
    public Func<string, bool> IsCurrent { get; init; } = static _ => true;

    /// <summary>The approximate size of rows in bytes after which a step is written in parts.</summary>
    public int StepRowBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Asked before a build begins, with whether a query waits for it. Returns the refusal, or null. An index that is up to date is not
    /// built.
    /// </summary>
    public Func<bool, DocumentError?> Refuse { get; init; } = static _ => null;

    /// <summary>Called when a damaged index is removed, with the database's name and the failure that showed the damage.</summary>
    public Action<string, StorageException> Damaged { get; init; } = static (_, _) => { };

    /// <summary>
    /// Called when a damaged index cannot be removed. The store of indexes then accepts no writes until it is created anew.
    /// </summary>
    public Action<StorageException> Lost { get; init; } = static _ => { };

    /// <summary>
    /// Called when a build has written a step with large rows, with their size in bytes, and when it has ended, with that of the documents
    /// that it has mapped.
    /// </summary>
    public Action<long> Released { get; init; } = static _ => { };

    /// <summary>Called when a build that no query waits for fails, with the database's name and the failure.</summary>
    public Action<string, Exception> Failed { get; init; } = static (_, _) => { };
}
