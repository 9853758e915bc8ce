using System.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>A database's counters and limits, written with every batch.</summary>
internal struct DatabaseState
{
    private const byte Version = 2;

    public long UpdateSequence;
    public long DocumentCount;
    public long DeletedCount;
    public long LocalCount;
    public long PurgeSequence;
    public long OldestPurge;
    public long RevsLimit;
    public long PurgedInfosLimit;

    /// <summary>Sizes of the stored data.</summary>
    public DatabaseSizes Sizes;

    /// <summary>The last compaction has stemmed all histories to at most this length, whatever the limit is now.</summary>
    public long StemmedTo;

    /// <summary>The update sequence at the last compaction.</summary>
    public long CompactedSequence;

    /// <summary>The state of a new database: CouchDB's defaults.</summary>
    public static DatabaseState Initial => new() { RevsLimit = 1000, PurgedInfosLimit = 1000, OldestPurge = 1, StemmedTo = 1000 };

    public static DatabaseState Read(ReadOnlySpan<byte> input)
    {
        var reader = new RecordReader(input);
        var version = reader.Byte();
        if (version is 0 or > Version)
        {
            throw new InvalidDataException("A database's state has a format that this version does not know.");
        }

        var state = new DatabaseState
        {
            UpdateSequence = reader.Number(),
            DocumentCount = reader.Number(),
            DeletedCount = reader.Number(),
            LocalCount = reader.Number(),
            PurgeSequence = reader.Number(),
            OldestPurge = reader.Number(),
            RevsLimit = reader.Number(),
            PurgedInfosLimit = reader.Number(),
        };
        if (version == 1)
        {
            // This version has less exact sizes, which the upgrade measures again.
            state.Sizes.External = reader.Number();
            state.StemmedTo = int.MaxValue;
        }
        else
        {
            state.Sizes = DatabaseSizes.Read(ref reader);
            state.StemmedTo = reader.Number();
            state.CompactedSequence = reader.Number();
        }

        return state;
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
        Sizes.Write(output);
        output.Number(StemmedTo);
        output.Number(CompactedSequence);
    }
}
