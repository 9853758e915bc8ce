using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Records;

/// <summary>
/// The keys of all stored data. Each begins with the database's number (4 bytes), which is never reused, so a deleted database is a range
/// of keys. In <see cref="Storage.Keyspace.Documents"/> and <see cref="Storage.Keyspace.Meta"/>, a byte distinguishes the kinds. Numbers
/// are big-endian, so that byte order is numeric order.
/// </summary>
internal static class Keys
{
    /// <summary>Meta: the data format's version.</summary>
    public static ReadOnlySpan<byte> Format => [1];

    /// <summary>Meta: the number of the next database.</summary>
    public static ReadOnlySpan<byte> NextDatabase => [2];

    /// <summary>Meta: the key of the hash that chooses the block boundaries of document counts.</summary>
    public static ReadOnlySpan<byte> CountSeed => [6];

    private const byte CatalogueKind = 3;
    private const byte StateKind = 4;
    private const byte SecurityKind = 5;

    private const byte DroppedKind = 7;
    private const byte NodeRecordKind = 8;

    private const byte RecordKind = 1;
    private const byte AncestorsKind = 2;
    private const byte ContentKind = 3;
    private const byte UploadKind = 4;
    private const byte PurgeKind = 5;

    private const byte SequenceCountKind = 1;
    private const byte DocumentCountKind = 2;

    /// <summary>The first byte of the catalogue's keys in Meta. The range ends at the next byte.</summary>
    public static ReadOnlySpan<byte> CatalogueStart => [CatalogueKind];

    /// <summary>The end of the catalogue's keys in Meta.</summary>
    public static ReadOnlySpan<byte> CatalogueEnd => [CatalogueKind + 1];

    /// <summary>The first byte of the keys of deleted databases in Meta. The range ends at the next byte.</summary>
    public static ReadOnlySpan<byte> DroppedStart => [DroppedKind];

    /// <summary>The end of the keys of deleted databases in Meta.</summary>
    public static ReadOnlySpan<byte> DroppedEnd => [DroppedKind + 1];

    /// <summary>The end of the keys of the node's own records in Meta.</summary>
    public static ReadOnlySpan<byte> NodeRecordsEnd => [NodeRecordKind + 1];

    /// <summary>Meta: a record of the node itself.</summary>
    public static void NodeRecord(ref KeyWriter key, string name)
    {
        key.Byte(NodeRecordKind);
        key.Text(name);
    }

    /// <summary>Meta: a deleted database whose space is not reclaimed yet.</summary>
    public static void Dropped(ref KeyWriter key, uint database)
    {
        key.Byte(DroppedKind);
        key.UInt32(database);
    }

    /// <summary>Meta: reads the number from a deleted database's key.</summary>
    public static uint ReadDropped(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt32BigEndian(key[1..]);

    /// <summary>Meta: a database by name.</summary>
    public static void Catalogue(ref KeyWriter key, string name)
    {
        key.Byte(CatalogueKind);
        key.Text(name);
    }

    /// <summary>Meta: a database's counters and limits.</summary>
    public static void State(ref KeyWriter key, uint database)
    {
        key.Byte(StateKind);
        key.UInt32(database);
    }

    /// <summary>Meta: a database's security object.</summary>
    public static void Security(ref KeyWriter key, uint database)
    {
        key.Byte(SecurityKind);
        key.UInt32(database);
    }

    /// <summary>Documents: a document's record; with an empty id, the start of the records.</summary>
    public static void Record(ref KeyWriter key, uint database, string id)
    {
        key.UInt32(database);
        key.Byte(RecordKind);
        key.Text(id);
    }

    /// <summary>Documents: a document's record.</summary>
    public static void Record(ref KeyWriter key, uint database, ReadOnlySpan<byte> id)
    {
        key.UInt32(database);
        key.Byte(RecordKind);
        key.Raw(id);
    }

    /// <summary>Documents: the end of a database's records.</summary>
    public static void RecordsEnd(ref KeyWriter key, uint database)
    {
        key.UInt32(database);
        key.Byte(RecordKind + 1);
    }

    /// <summary>The number of bytes before the id in a record's key.</summary>
    public const int RecordPrefix = 5;

    /// <summary>Documents: a page of a document's older ancestors.</summary>
    public static void Ancestors(ref KeyWriter key, uint database, string id, long page)
    {
        key.UInt32(database);
        key.Byte(AncestorsKind);
        key.Terminated(id);
        key.Int64(page);
    }

    /// <summary>Documents: stored content by its SHA-256.</summary>
    public static void Content(ref KeyWriter key, uint database, ReadOnlySpan<byte> contentId)
    {
        key.UInt32(database);
        key.Byte(ContentKind);
        key.Raw(contentId);
    }

    /// <summary>Documents: the start of stored content.</summary>
    public static void Contents(ref KeyWriter key, uint database)
    {
        key.UInt32(database);
        key.Byte(ContentKind);
    }

    /// <summary>Documents: the end of stored content.</summary>
    public static void ContentsEnd(ref KeyWriter key, uint database)
    {
        key.UInt32(database);
        key.Byte(ContentKind + 1);
    }

    /// <summary>Documents: reads the address from the key of stored content.</summary>
    /// <returns>False if the key is of another kind.</returns>
    public static bool TryReadContent(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> contentId)
    {
        contentId = key[RecordPrefix..];
        return key[RecordPrefix - 1] == ContentKind;
    }

    /// <summary>Documents: whether a key is that of a blob being uploaded.</summary>
    public static bool IsUpload(ReadOnlySpan<byte> key) => key[RecordPrefix - 1] == UploadKind;

    /// <summary>Documents: a blob being uploaded, or whose upload the last stop interrupted.</summary>
    public static void Upload(ref KeyWriter key, uint database, long blob)
    {
        key.UInt32(database);
        key.Byte(UploadKind);
        key.Int64(blob);
    }

    /// <summary>Documents: reads the blob number from an upload's key.</summary>
    public static long UploadBlob(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt64BigEndian(key[RecordPrefix..]);

    /// <summary>Documents: an entry of the purge history.</summary>
    public static void Purge(ref KeyWriter key, uint database, long sequence)
    {
        key.UInt32(database);
        key.Byte(PurgeKind);
        key.Int64(sequence);
    }

    /// <summary>Documents: reads the number from a purge history entry's key.</summary>
    public static long ReadPurge(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt64BigEndian(key[RecordPrefix..]);

    /// <summary>Bodies: a revision's body. Keys sort by descending generation within a document.</summary>
    public static void Body(ref KeyWriter key, uint database, string id, RevisionId revision)
    {
        key.UInt32(database);
        key.Terminated(id);
        Revision(ref key, revision);
    }

    /// <summary>Bodies: a revision's body.</summary>
    public static void Body(ref KeyWriter key, uint database, ReadOnlySpan<byte> id, RevisionId revision)
    {
        key.UInt32(database);
        key.Terminated(id);
        Revision(ref key, revision);
    }

    /// <summary>Bodies: the length of a body's key.</summary>
    public static int BodyLength(string id, RevisionId revision) =>
        4 + Encoding.UTF8.GetByteCount(id) + id.AsSpan().Count('\0') + 2 + 8 + revision.HashLength;

    /// <summary>Sequences: the length of a row's key.</summary>
    public const int SequenceLength = 12;

    /// <summary>Bodies: the start of a document's bodies.</summary>
    public static void Bodies(ref KeyWriter key, uint database, string id)
    {
        key.UInt32(database);
        key.Terminated(id);
    }

    /// <summary>Bodies: the end of a document's bodies.</summary>
    public static void BodiesEnd(ref KeyWriter key, uint database, string id)
    {
        key.UInt32(database);
        key.Terminated(id);
        key.Byte(0xFF);
    }

    /// <summary>Sequences: one row.</summary>
    public static void Sequence(ref KeyWriter key, uint database, long sequence)
    {
        key.UInt32(database);
        key.Int64(sequence);
    }

    /// <summary>Sequences: reads the sequence from a row's key.</summary>
    public static long ReadSequence(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadInt64BigEndian(key[4..]);

    /// <summary>Attachments: one chunk of a blob.</summary>
    public static void Chunk(ref KeyWriter key, uint database, long blob, uint chunk)
    {
        key.UInt32(database);
        key.Int64(blob);
        key.UInt32(chunk);
    }

    /// <summary>Attachments: the start of a blob.</summary>
    public static void Blob(ref KeyWriter key, uint database, long blob)
    {
        key.UInt32(database);
        key.Int64(blob);
    }

    /// <summary>Local: one local document.</summary>
    public static void Local(ref KeyWriter key, uint database, string id)
    {
        key.UInt32(database);
        key.Text(id);
    }

    /// <summary>Counts: the number of rows in a block of sequences.</summary>
    public static void SequenceCount(ref KeyWriter key, uint database, int level, long first)
    {
        key.UInt32(database);
        key.Byte(SequenceCountKind);
        key.Byte((byte)level);
        key.Int64(first);
    }

    /// <summary>Counts: the number of live documents in a block of ids.</summary>
    public static void DocumentCount(ref KeyWriter key, uint database, int level, ReadOnlySpan<byte> first)
    {
        key.UInt32(database);
        key.Byte(DocumentCountKind);
        key.Byte((byte)level);
        key.Raw(first);
    }

    /// <summary>The number of bytes before the id in the key of a document block.</summary>
    public const int DocumentCountPrefix = 6;

    /// <summary>Any keyspace except Meta: the start of a database's keys.</summary>
    public static void Database(ref KeyWriter key, uint database) => key.UInt32(database);

    /// <summary>Bodies: whether two keys belong to the same document of the same database.</summary>
    public static bool AreOfSameDocument(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        // Within an escaped id, a 0 is never followed by a 1.
        var end = 4 + one[4..].IndexOf("\0\u0001"u8) + 2;
        return other.Length >= end && one[..end].SequenceEqual(other[..end]);
    }

    /// <summary>Parses a body's key.</summary>
    public static void ReadBody(ReadOnlySpan<byte> key, out string id, out RevisionId revision)
    {
        var rest = key[4..];
        var text = new List<byte>(rest.Length);
        var i = 0;
        for (; rest[i] != 0 || rest[i + 1] != 1; i++)
        {
            text.Add(rest[i]);
            if (rest[i] == 0)
            {
                i++;
            }
        }

        rest = rest[(i + 2)..];
        id = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(text));
        revision = RevisionId.FromHashBytes(long.MaxValue - BinaryPrimitives.ReadInt64BigEndian(rest), rest[8..]);
    }

    private static void Revision(ref KeyWriter key, RevisionId revision)
    {
        key.Int64(long.MaxValue - revision.Generation);
        Span<byte> hash = stackalloc byte[16];
        if (revision.HashLength == 16)
        {
            revision.CopyHashTo(hash);
            key.Raw(hash);
        }
        else
        {
            var text = new byte[revision.HashLength];
            revision.CopyHashTo(text);
            key.Raw(text);
        }
    }
}
