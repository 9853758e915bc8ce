using System.Security.Cryptography;
using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// The long sort keys of a view. Every row, node, back index entry and table index of the store would carry a copy of them, so a row has a
/// short form instead: the first bytes, and a label (<see cref="LongKeyLabel"/>) that is ordered as the keys are. Three entries tell label,
/// hash and the rest of the key from each other; the rest is stored once.
/// </summary>
/// <param name="reader">The store or a snapshot.</param>
/// <param name="index">The index.</param>
/// <param name="view">The view.</param>
internal sealed class LongKeys(KeyValueReader reader, uint index, int view)
{
    /// <summary>Sort keys with more bytes have a short form, which begins with this many of them.</summary>
    public const int Kept = 512;

    /// <summary>The short form of a key by its hash; null where no row has had the key.</summary>
    public byte[]? Find(ReadOnlySpan<byte> hash) => reader.GetBytes(IndexKeys.Space, IndexKeys.LongKeyHash(index, view, hash));

    /// <summary>The short form of a row's sort key.</summary>
    /// <param name="sortKey">The key.</param>
    /// <param name="isPresent">Whether rows may have the key. If not, the result is where they would begin.</param>
    public byte[] Shorten(byte[] sortKey, out bool isPresent)
    {
        isPresent = true;
        if (sortKey.Length <= Kept)
        {
            return sortKey;
        }

        if (Find(SHA256.HashData(sortKey)) is { } found)
        {
            return found;
        }

        isPresent = false;
        return LowerBound(sortKey);
    }

    /// <summary>The short form of a bound: the rows before it are those whose whole keys are before the bound.</summary>
    public byte[] LowerBound(byte[] bound)
    {
        if (bound.Length <= Kept)
        {
            return bound;
        }

        var kept = bound.AsSpan(0, Kept);
        return Neighbours(bound).After is { Length: > 0 } label ? [.. kept, .. label] : IndexKeys.After(kept);
    }

    /// <summary>The labels of the last key before a long key, and of the first one at or after it; empty where there is none.</summary>
    public (byte[] Before, byte[] After) Neighbours(ReadOnlySpan<byte> key)
    {
        var prefix = IndexKeys.LongKeyLabel(index, view, key[..Kept]);
        var end = IndexKeys.After(prefix);
        using var forwards = reader.Scan(IndexKeys.Space, prefix, end);
        if (!forwards.MoveNext())
        {
            return ([], []);
        }

        var low = forwards.Key[prefix.Length..].ToArray();
        if (Compare(key, forwards.Value) <= 0)
        {
            return ([], low);
        }

        using var backwards = reader.Scan(IndexKeys.Space, prefix, end, descending: true);
        backwards.MoveNext();
        var high = backwards.Key[prefix.Length..].ToArray();
        if (Compare(key, backwards.Value) > 0)
        {
            return (high, []);
        }

        while (true)
        {
            byte[] middle = [.. prefix, .. LongKeyLabel.Between(low, high, halfway: true)];
            var found = forwards;
            forwards.Seek(middle);
            forwards.MoveNext();
            if (forwards.Key[prefix.Length..].SequenceEqual(high))
            {
                found = backwards;
                backwards.Seek(middle);
                backwards.MoveNext();
                if (backwards.Key[prefix.Length..].SequenceEqual(low))
                {
                    return (low, high);
                }
            }

            var label = found.Key[prefix.Length..].ToArray();
            if (Compare(key, found.Value) > 0)
            {
                low = label;
            }
            else
            {
                high = label;
            }
        }
    }

    /// <summary>The hash of the long key of a row; null where the row's key is not long.</summary>
    /// <param name="rowKey">The row's key without the prefix of the view.</param>
    public byte[]? HashOf(ReadOnlySpan<byte> rowKey) =>
        rowKey.Length > Kept && LongKeyLabel.LengthAt(rowKey[Kept..]) is > 0 and var length
            ? reader.GetBytes(IndexKeys.Space, IndexKeys.LongKeyLabel(index, view, rowKey[..(Kept + length)]))
            : null;

    private int Compare(ReadOnlySpan<byte> key, ReadOnlySpan<byte> hash)
    {
        using var rest = reader.Get(IndexKeys.Space, IndexKeys.LongKeyRest(index, view, hash));
        return rest.Found ? key[Kept..].SequenceCompareTo(rest.Span) : throw new InvalidDataException("A long key of a view is not stored.");
    }
}
