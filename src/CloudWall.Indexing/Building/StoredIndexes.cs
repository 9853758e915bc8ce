using System.Buffers.Binary;
using System.Text;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>
/// The stored catalogue of indexes: the number of each index by its database's incarnation and its signature. A number is never reused,
/// so an index that is dropped and created again shares no rows with builds or readers of the old one. Thread-safe.
/// </summary>
/// <param name="store">The store of derived data.</param>
/// <param name="newSeed">Creates the secret of an index (<see cref="IndexingOptions.NewSeed"/>).</param>
/// <param name="isCurrent">Whether the rows of an engine are current (<see cref="IndexingOptions.IsCurrent"/>).</param>
internal sealed class StoredIndexes(KeyValueStore store, Func<ulong> newSeed, Func<string, bool> isCurrent)
{
    private const int SeedAt = sizeof(uint);
    private const char EngineMark = '\n';
    private const int VersionAt = SeedAt + sizeof(ulong);

    /// <summary>The version of the rows' keys: those of the second do not have long keys in full.</summary>
    private const string KeyFormat = " 2";

    private readonly Lock _writing = new();

    /// <summary>The names of all indexes.</summary>
    public List<(string Incarnation, string Signature)> List() =>
        [.. Read(IndexKeys.CataloguePrefix, static (key, _) => Encoding.UTF8.GetString(key)).Select(static name =>
        {
            var end = name.IndexOf('/', StringComparison.Ordinal);
            return (name[..end], name[(end + 1)..]);
        })];

    /// <summary>The numbers of dropped indexes whose rows have not been erased.</summary>
    public List<uint> Dropped() => Read(IndexKeys.DroppedPrefix, static (key, _) => BinaryPrimitives.ReadUInt32BigEndian(key));

    /// <summary>Whether an index has the keys of this version of the collation and rows of a current engine.</summary>
    public bool IsCurrent(string incarnation, string signature) => Find(incarnation, signature) is { } found && found.IsCurrent;

    /// <summary>The number and the seed of an index; both are assigned where there is none.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public (uint Number, ulong Seed) FindOrCreate(string incarnation, string signature, string engine)
    {
        lock (_writing)
        {
            if (Find(incarnation, signature) is { } found)
            {
                return (found.Number, found.Seed);
            }

            var number = store.GetBytes(IndexKeys.Space, IndexKeys.NextNumber) is { } next ? BinaryPrimitives.ReadUInt32BigEndian(next) : 1;
            var seed = newSeed();
            var entry = new byte[VersionAt];
            BinaryPrimitives.WriteUInt32BigEndian(entry, number);
            BinaryPrimitives.WriteUInt64BigEndian(entry.AsSpan(SeedAt), seed);
            using var batch = store.CreateBatch();
            batch.Put(IndexKeys.Space, IndexKeys.NextNumber, IndexKeys.Index(number + 1));
            batch.Put(
                IndexKeys.Space,
                IndexKeys.Catalogue(incarnation, signature),
                [.. entry, .. Encoding.UTF8.GetBytes(JsonCollation.Version + KeyFormat + EngineMark + engine)]);
            store.Commit(batch, sync: false);
            return (number, seed);
        }
    }

    /// <summary>Drops an index from the catalogue. Its rows stay until <see cref="Erase"/>, for current readers and writers.</summary>
    /// <returns>Its number; null where the name has no index.</returns>
    /// <exception cref="StorageException">The disk failed; the index still exists.</exception>
    public uint? Drop(string incarnation, string signature)
    {
        lock (_writing)
        {
            if (Find(incarnation, signature) is not { } found)
            {
                return null;
            }

            using var batch = store.CreateBatch();
            batch.Delete(IndexKeys.Space, IndexKeys.Catalogue(incarnation, signature));
            batch.Put(IndexKeys.Space, IndexKeys.Dropped(found.Number), []);
            store.Commit(batch, sync: false);
            return found.Number;
        }
    }

    /// <summary>Erases the rows of a dropped index, which no reader or writer uses any more.</summary>
    /// <exception cref="StorageException">The disk failed; the rows are erased when the indexes are opened next.</exception>
    public void Erase(uint number)
    {
        var prefix = IndexKeys.Index(number);
        using var batch = store.CreateBatch();
        batch.Delete(IndexKeys.Space, IndexKeys.Dropped(number));
        batch.DeleteRange(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        store.Commit(batch, sync: false);

        // Whole files are deleted at once, not in a batch. The index is dropped first, so that after a crash nothing opens an index with
        // some of its rows missing.
        store.Sync();
        store.Discard(IndexKeys.Space, prefix, IndexKeys.After(prefix));
    }

    private (uint Number, ulong Seed, bool IsCurrent)? Find(string incarnation, string signature) =>
        store.GetBytes(IndexKeys.Space, IndexKeys.Catalogue(incarnation, signature)) is { Length: > VersionAt } entry
            ? (BinaryPrimitives.ReadUInt32BigEndian(entry),
                BinaryPrimitives.ReadUInt64BigEndian(entry.AsSpan(SeedAt)),
                AreCurrent(Encoding.UTF8.GetString(entry.AsSpan(VersionAt))))
            : null;

    /// <summary>Entries without an engine were written before the present engine existed.</summary>
    private bool AreCurrent(string versions) =>
        versions.IndexOf(EngineMark, StringComparison.Ordinal) is >= 0 and var mark
        && versions.AsSpan(0, mark).SequenceEqual(JsonCollation.Version + KeyFormat)
        && isCurrent(versions[(mark + 1)..]);

    private List<T> Read<T>(byte[] prefix, EntryReader<T> read)
    {
        var entries = new List<T>();
        using var cursor = store.Scan(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        while (cursor.MoveNext())
        {
            entries.Add(read(cursor.Key[prefix.Length..], cursor.Value));
        }

        return entries;
    }

    private delegate T EntryReader<T>(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);
}
