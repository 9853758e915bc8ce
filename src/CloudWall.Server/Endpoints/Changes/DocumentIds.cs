using System.Collections;
using System.Text;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>The documents that a feed with the filter <c>_doc_ids</c> is about.</summary>
internal sealed class DocumentIds : IEnumerable<string>
{
    /// <summary>Of how many CouchDB looks each up (<c>[couchdb] changes_doc_ids_optimization_threshold</c>).</summary>
    private const int MaxLookups = 1000;

    private readonly Dictionary<byte[], int> _times = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    /// <summary>The ids as they were given.</summary>
    public DocumentIds(IReadOnlyCollection<string> ids)
    {
        CountsAsLookup = ids.Count <= MaxLookups;
        foreach (var id in ids)
        {
            var utf8 = Encoding.UTF8.GetBytes(id);
            _times[utf8] = _times.GetValueOrDefault(utf8) + 1;
        }

        _lookup = _times.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>How many there are, each counted once.</summary>
    public int Count => _times.Count;

    /// <summary>Whether they are so few that CouchDB looks each up, rather than passing over all that is not among them.</summary>
    public bool CountsAsLookup { get; }

    /// <summary>How many rows a document has: what is looked up has one for each time that it was named, as in CouchDB.</summary>
    public int TimesOf(ReadOnlySpan<byte> utf8) => _lookup.TryGetValue(utf8, out var times) ? CountsAsLookup ? times : 1 : 0;

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator()
    {
        foreach (var id in _times.Keys)
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
