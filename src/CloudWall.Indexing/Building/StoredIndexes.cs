using System.Buffers.Binary;
using System.Text;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>
/// The catalogue of indexes as it is stored: the number of each by its database's incarnation and its signature. A number is never used
/// again, so an index that is dropped and made anew never shares rows with a build or a reader of the old one. Safe for use from many
/// threads.
/// </summary>
/// <param name="store">The store of derived data.</param>
/// <param name="newSeed">Gives each index its secret (<see cref="IndexingOptions.NewSeed"/>).</param>
/// <param name="isCurrent">Whether rows of an engine are good (<see cref="IndexingOptions.IsCurrent"/>).</param>
internal sealed class StoredIndexes(KeyValueStore store, Func<ulong> newSeed, Func<string, bool> isCurrent)
{
    private const int SeedAt = sizeof(uint);
    private const char EngineMark = '\n';
    private const int VersionAt = SeedAt + sizeof(ulong);

    private readonly Lock _writing = new();

    /// <summary>The names of all indexes.</summary>
    public List<(string Incarnation, string Signature)> List() =>
        [.. Read(IndexKeys.CataloguePrefix, static (key, _) => Encoding.UTF8.GetString(key)).Select(static name =>
        {
            var end = name.IndexOf('/', StringComparison.Ordinal);
            return (name[..end], name[(end + 1)..]);
        })];

    /// <summary>The numbers of indexes that were dropped but whose rows are still there.</summary>
    public List<uint> Dropped() => Read(IndexKeys.DroppedPrefix, static (key, _) => BinaryPrimitives.ReadUInt32BigEndian(key));

    /// <summary>Whether an index was made by this version of the collation, and by an engine whose rows are good.</summary>
    public bool IsCurrent(string incarnation, string signature) => Find(incarnation, signature) is { } found && found.IsCurrent;

    /// <summary>The number and the seed of an index; it gets new ones where there is none.</summary>
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
                [.. entry, .. Encoding.UTF8.GetBytes(JsonCollation.Version + EngineMark + engine)]);
            store.Commit(batch, sync: false);
            return (number, seed);
        }
    }

    /// <summary>
    /// Drops an index: nobody finds it any more. Its rows stay until <see cref="Erase"/>, for those who still read or write them.
    /// </summary>
    /// <returns>Its number; null where there is none of the name.</returns>
    /// <exception cref="StorageException">The disk failed; the index is still there.</exception>
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

    /// <summary>Removes the rows of a dropped index that nobody reads or writes any more.</summary>
    /// <exception cref="StorageException">The disk failed; it is done when the indexes are opened next.</exception>
    public void Erase(uint number)
    {
        var prefix = IndexKeys.Index(number);
        using var batch = store.CreateBatch();
        batch.Delete(IndexKeys.Space, IndexKeys.Dropped(number));
        batch.DeleteRange(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        store.Commit(batch, sync: false);

        // Files go at once. After a crash nobody may find an index that lacks some of its rows.
        store.Sync();
        store.Discard(IndexKeys.Space, prefix, IndexKeys.After(prefix));
    }

    private (uint Number, ulong Seed, bool IsCurrent)? Find(string incarnation, string signature) =>
        store.GetBytes(IndexKeys.Space, IndexKeys.Catalogue(incarnation, signature)) is { Length: > VersionAt } entry
            ? (BinaryPrimitives.ReadUInt32BigEndian(entry),
                BinaryPrimitives.ReadUInt64BigEndian(entry.AsSpan(SeedAt)),
                IsMadeSo(Encoding.UTF8.GetString(entry.AsSpan(VersionAt))))
            : null;

    /// <summary>Entries without an engine are of a time when there was another one.</summary>
    private bool IsMadeSo(string versions) =>
        versions.IndexOf(EngineMark, StringComparison.Ordinal) is >= 0 and var mark
        && versions.AsSpan(0, mark).SequenceEqual(JsonCollation.Version)
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
