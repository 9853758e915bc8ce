using System.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>
/// The stored bytes of a database's keys and values before the engine compresses them; part of its state. Each entry adds
/// <see cref="EntryOverhead"/> bytes.
/// </summary>
internal struct DatabaseSizes
{
    /// <summary>The engine's overhead for each entry: its sequence number.</summary>
    public const int EntryOverhead = 8;

    /// <summary>Bodies and attachments of leaves as a client sees them.</summary>
    public long External;

    /// <summary>Bodies of leaves.</summary>
    public long LeafBodies;

    /// <summary>All bodies, including those of old revisions.</summary>
    public long Bodies;

    /// <summary>Bodies removed since the engine was last asked to reclaim their space.</summary>
    public long RemovedBodies;

    /// <summary>Records of documents and of content, pages of ancestors, purge history.</summary>
    public long Records;

    /// <summary>Rows by sequence.</summary>
    public long Rows;

    /// <summary>Local documents.</summary>
    public long Local;

    /// <summary>Attachment content that leaves refer to, without overhead.</summary>
    public long LeafContent;

    /// <summary>Attachment content that any stored revision refers to.</summary>
    public long Content;

    /// <summary>Content removed since the engine was last asked to reclaim its space.</summary>
    public long RemovedContent;

    /// <summary>Whether there is garbage: data that no reader of the leaves needs.</summary>
    public readonly bool HasGarbage => Bodies > LeafBodies || Content > LeafContent || RemovedBodies > 0 || RemovedContent > 0;

    /// <summary>The size of an entry, overhead included.</summary>
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
