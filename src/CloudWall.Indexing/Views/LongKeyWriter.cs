using System.Security.Cryptography;
using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// Gives long keys their short forms (<see cref="LongKeys"/>) while rows are made. A form is committed before the first row that has it.
/// Thread-safe.
/// </summary>
internal sealed class LongKeyWriter(KeyValueStore store, uint index)
{
    private readonly Lock _gate = new();
    private readonly HashSet<(int View, UInt128 First, UInt128 Last)> _mayBeUnused = [];

    /// <summary>The short form of a sort key with more than <see cref="LongKeys.Kept"/> bytes.</summary>
    public byte[] Shorten(int view, ReadOnlySpan<byte> key)
    {
        var hash = SHA256.HashData(key);
        var keys = new LongKeys(store, index, view);
        lock (_gate)
        {
            if (keys.Find(hash) is { } known)
            {
                return known;
            }

            var (before, after) = keys.Neighbours(key);
            byte[] form = [.. key[..LongKeys.Kept], .. LongKeyLabel.Between(before, after)];
            using var batch = store.CreateBatch();
            batch.Put(IndexKeys.Space, IndexKeys.LongKeyRest(index, view, hash), key[LongKeys.Kept..]);
            batch.Put(IndexKeys.Space, IndexKeys.LongKeyHash(index, view, hash), form);
            batch.Put(IndexKeys.Space, IndexKeys.LongKeyLabel(index, view, form), hash);
            store.Commit(batch, sync: false);
            return form;
        }
    }

    /// <summary>Remembers that a row was removed, which may have been the last with its key.</summary>
    public void Removed(int view, ReadOnlySpan<byte> rowKey)
    {
        if (new LongKeys(store, index, view).HashOf(rowKey) is { } hash)
        {
            _mayBeUnused.Add((view, BitConverter.ToUInt128(hash), BitConverter.ToUInt128(hash.AsSpan(hash.Length / 2))));
        }
    }

    /// <summary>Removes the long keys that no row has any more. All rows that were made are written.</summary>
    public void RemoveUnused()
    {
        foreach (var (view, first, last) in _mayBeUnused)
        {
            byte[] hash = [.. BitConverter.GetBytes(first), .. BitConverter.GetBytes(last)];
            if (new LongKeys(store, index, view).Find(hash) is not { } form || HasRows(view, form))
            {
                continue;
            }

            using var batch = store.CreateBatch();
            batch.Delete(IndexKeys.Space, IndexKeys.LongKeyRest(index, view, hash));
            batch.Delete(IndexKeys.Space, IndexKeys.LongKeyHash(index, view, hash));
            batch.Delete(IndexKeys.Space, IndexKeys.LongKeyLabel(index, view, form));
            store.Commit(batch, sync: false);
        }

        _mayBeUnused.Clear();
    }

    private bool HasRows(int view, byte[] form)
    {
        byte[] prefix = [.. IndexKeys.Prefix(index, view, 0), .. form];
        using var rows = store.Scan(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        return rows.MoveNext();
    }
}
