using System.Collections;
using System.Text;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>The documents that a feed with the filter <c>_doc_ids</c> is about.</summary>
internal sealed class DocumentIds : IEnumerable<string>
{
    private readonly HashSet<byte[]> _set = new(Utf8Comparer.Instance);
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    /// <summary>A set of ids.</summary>
    public DocumentIds(IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            _set.Add(Encoding.UTF8.GetBytes(id));
        }

        _lookup = _set.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>How many there are, each counted once.</summary>
    public int Count => _set.Count;

    /// <summary>Whether an id is among them.</summary>
    public bool Contains(ReadOnlySpan<byte> utf8) => _lookup.Contains(utf8);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator()
    {
        foreach (var id in _set)
        {
            yield return Encoding.UTF8.GetString(id);
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
