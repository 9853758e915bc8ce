using System.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>
/// What a database has stored, in bytes of keys and values before the engine compresses them; part of its state. An entry counts
/// with <see cref="EntryOverhead"/> bytes besides its key and value.
/// </summary>
internal struct DatabaseSizes
{
    /// <summary>What the engine adds to each entry: a number of its own.</summary>
    public const int EntryOverhead = 8;

    /// <summary>Bodies of leaves and their attachments, as a client sees them.</summary>
    public long External;

    /// <summary>Bodies of leaves.</summary>
    public long LeafBodies;

    /// <summary>All bodies, those of old revisions too.</summary>
    public long Bodies;

    /// <summary>Bodies that were removed since the engine was last asked to return their space.</summary>
    public long RemovedBodies;

    /// <summary>Records of documents and of content, pages of ancestors, purge history.</summary>
    public long Records;

    /// <summary>Rows by sequence.</summary>
    public long Rows;

    /// <summary>Local documents.</summary>
    public long Local;

    /// <summary>Content of attachments that leaves refer to; no overhead is counted.</summary>
    public long LeafContent;

    /// <summary>Content of attachments that any stored revision refers to.</summary>
    public long Content;

    /// <summary>Content that was removed since the engine was last asked to return its space.</summary>
    public long RemovedContent;

    /// <summary>Whether there is anything that no reader of the leaves needs.</summary>
    public readonly bool HasGarbage => Bodies > LeafBodies || Content > LeafContent || RemovedBodies > 0 || RemovedContent > 0;

    /// <summary>What an entry counts for.</summary>
    public static long Entry(int key, int value) => key + value + EntryOverhead;

    public static DatabaseSizes Read(ref RecordReader reader) => new()
    {
        External = reader.Number(),
        LeafBodies = reader.Number(),
        Bodies = reader.Number(),
        RemovedBodies = reader.Number(),
        Records = reader.Number(),
        Rows = reader.Number(),
        Local = reader.Number(),
        LeafContent = reader.Number(),
        Content = reader.Number(),
        RemovedContent = reader.Number(),
    };

    public readonly void Write(IBufferWriter<byte> output)
    {
        output.Number(External);
        output.Number(LeafBodies);
        output.Number(Bodies);
        output.Number(RemovedBodies);
        output.Number(Records);
        output.Number(Rows);
        output.Number(Local);
        output.Number(LeafContent);
        output.Number(Content);
        output.Number(RemovedContent);
    }
}
