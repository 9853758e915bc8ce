using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// The layout of the store of derived data. Keys begin with the number of an index, which is never reused; number 0 is the catalogue.
/// </summary>
internal static class IndexKeys
{
    /// <summary>The single keyspace of a derived store.</summary>
    public const Keyspace Space = Keyspace.Meta;

    /// <summary>The length of the prefix of row and node keys.</summary>
    public const int RowPrefix = 8;

    private const byte StateKind = 0;
    private const byte RowKind = 1;
    private const byte BackKind = 2;
    private const byte NodeKind = 3;
    private const byte LongKeyLabelKind = 4;
    private const byte LongKeyHashKind = 5;
    private const byte LongKeyRestKind = 6;

    /// <summary>The key of the number for the next index.</summary>
    public static byte[] NextNumber => [0, 0, 0, 0, (byte)'n'];

    /// <summary>The prefix of the catalogue's entries.</summary>
    public static byte[] CataloguePrefix => [0, 0, 0, 0, (byte)'i'];

    /// <summary>The key of an index in the catalogue.</summary>
    public static byte[] Catalogue(string incarnation, string signature) =>
        [.. CataloguePrefix, .. Encoding.UTF8.GetBytes(incarnation), (byte)'/', .. Encoding.UTF8.GetBytes(signature)];

    /// <summary>The prefix of the entries of dropped indexes.</summary>
    public static byte[] DroppedPrefix => [0, 0, 0, 0, (byte)'d'];

    /// <summary>The key of a dropped index whose rows have to be erased.</summary>
    public static byte[] Dropped(uint index) => [.. DroppedPrefix, .. Index(index)];

    public static byte[] Index(uint index)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(key, index);
        return key;
    }

    public static byte[] State(uint index) => [.. Index(index), StateKind];

    /// <summary>Appends the back index key of a document.</summary>
    public static void WriteBack(uint index, ReadOnlySpan<byte> id, IBufferWriter<byte> output)
    {
        var key = output.GetSpan(sizeof(uint) + 1 + id.Length);
        BinaryPrimitives.WriteUInt32BigEndian(key, index);
        key[sizeof(uint)] = BackKind;
        id.CopyTo(key[(sizeof(uint) + 1)..]);
        output.Advance(sizeof(uint) + 1 + id.Length);
    }

    /// <summary>The prefix of a view's row keys (level 0), or of its node keys on a level.</summary>
    public static byte[] Prefix(uint index, int view, int level) =>
        [.. Index(index), level == 0 ? RowKind : NodeKind, (byte)(view >> 8), (byte)view, (byte)level];

    /// <summary>The prefix of the node keys of a view on all levels.</summary>
    public static byte[] Nodes(uint index, int view) => [.. Index(index), NodeKind, (byte)(view >> 8), (byte)view];

    /// <summary>The prefix of all node keys of an index.</summary>
    public static byte[] Nodes(uint index) => [.. Index(index), NodeKind];

    /// <summary>The key of a long key's hash by its short form (<see cref="LongKeys"/>), or the prefix of several.</summary>
    public static byte[] LongKeyLabel(uint index, int view, ReadOnlySpan<byte> form) => LongKey(index, LongKeyLabelKind, view, form);

    /// <summary>The key of a long key's short form by its hash.</summary>
    public static byte[] LongKeyHash(uint index, int view, ReadOnlySpan<byte> hash) => LongKey(index, LongKeyHashKind, view, hash);

    /// <summary>The key of what a long key has beyond its short form, by its hash.</summary>
    public static byte[] LongKeyRest(uint index, int view, ReadOnlySpan<byte> hash) => LongKey(index, LongKeyRestKind, view, hash);

    private static byte[] LongKey(uint index, byte kind, int view, ReadOnlySpan<byte> rest) =>
        [.. Index(index), kind, (byte)(view >> 8), (byte)view, .. rest];

    /// <summary>The first key after all keys with a prefix; empty where there is none.</summary>
    public static byte[] After(ReadOnlySpan<byte> prefix)
    {
        var last = prefix.LastIndexOfAnyExcept((byte)0xFF);
        if (last < 0)
        {
            return [];
        }

        var after = prefix[..(last + 1)].ToArray();
        after[last]++;
        return after;
    }

    /// <summary>Appends a document's id to a row's key: 00 becomes 00 FF, and 00 01 ends it.</summary>
    public static void WriteId(ReadOnlySpan<byte> id, IBufferWriter<byte> output)
    {
        for (var zero = id.IndexOf((byte)0); zero >= 0; zero = id.IndexOf((byte)0))
        {
            output.Write(id[..(zero + 1)]);
            output.Write(EscapedZero);
            id = id[(zero + 1)..];
        }

        output.Write(id);
        output.Write(IdEnd);
    }

    /// <summary>Reads the document id that follows a row's sort key.</summary>
    public static ReadOnlySpan<byte> ReadId(ReadOnlySpan<byte> afterSortKey)
    {
        var zero = afterSortKey.IndexOf((byte)0);
        if (zero >= 0 && zero + 1 < afterSortKey.Length && afterSortKey[zero + 1] == 1)
        {
            return afterSortKey[..zero];
        }

        var id = new byte[afterSortKey.Length];
        return id.AsSpan(0, ReadId(afterSortKey, id));
    }

    /// <summary>Reads the document id that follows a row's sort key.</summary>
    /// <param name="afterSortKey">The bytes after the sort key.</param>
    /// <param name="id">Receives the id; at least as long as those bytes.</param>
    /// <returns>The length of the id.</returns>
    public static int ReadId(ReadOnlySpan<byte> afterSortKey, Span<byte> id)
    {
        var length = 0;
        while (true)
        {
            var zero = afterSortKey.IndexOf((byte)0);
            if (zero < 0 || zero + 1 >= afterSortKey.Length)
            {
                return length;
            }

            afterSortKey[..zero].CopyTo(id[length..]);
            length += zero;
            if (afterSortKey[zero + 1] == 1)
            {
                return length;
            }

            id[length++] = 0;
            afterSortKey = afterSortKey[(zero + 2)..];
        }
    }

    private static ReadOnlySpan<byte> EscapedZero => [0xFF];

    private static ReadOnlySpan<byte> IdEnd => [0, 1];
}
