using System.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>A database's counters and limits, written with every batch.</summary>
internal struct DatabaseState
{
    private const byte Version = 1;

    public long UpdateSequence;
    public long DocumentCount;
    public long DeletedCount;
    public long LocalCount;
    public long PurgeSequence;
    public long OldestPurge;
    public long RevsLimit;
    public long PurgedInfosLimit;

    /// <summary>Bytes of the leaves' bodies and attachments, as a client would see them.</summary>
    public long ExternalSize;

    /// <summary>Bytes of the leaves' bodies, records and rows, and of referenced attachments, as stored.</summary>
    public long ActiveSize;

    /// <summary>What a new database begins with: CouchDB's defaults.</summary>
    public static DatabaseState Initial => new() { RevsLimit = 1000, PurgedInfosLimit = 1000, OldestPurge = 1 };

    public static DatabaseState Read(ReadOnlySpan<byte> input)
    {
        var reader = new RecordReader(input);
        if (reader.Byte() != Version)
        {
            throw new InvalidDataException("A database's state has a format that this version does not know.");
        }

        return new DatabaseState
        {
            UpdateSequence = reader.Number(),
            DocumentCount = reader.Number(),
            DeletedCount = reader.Number(),
            LocalCount = reader.Number(),
            PurgeSequence = reader.Number(),
            OldestPurge = reader.Number(),
            RevsLimit = reader.Number(),
            PurgedInfosLimit = reader.Number(),
            ExternalSize = reader.Number(),
            ActiveSize = reader.Number(),
        };
    }

    public readonly void Write(IBufferWriter<byte> output)
    {
        output.Byte(Version);
        output.Number(UpdateSequence);
        output.Number(DocumentCount);
        output.Number(DeletedCount);
        output.Number(LocalCount);
        output.Number(PurgeSequence);
        output.Number(OldestPurge);
        output.Number(RevsLimit);
        output.Number(PurgedInfosLimit);
        output.Number(Math.Max(0, ExternalSize));
        output.Number(Math.Max(0, ActiveSize));
    }
}
