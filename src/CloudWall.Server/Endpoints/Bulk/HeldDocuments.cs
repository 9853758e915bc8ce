using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Server.Endpoints.Documents.Receiving;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// The documents of a bulk until all of it has come and the first is written. So many as fit are kept as they were read; the text of the
/// rest is put aside in the store, and read again when its turn comes. The memory for them is the request's.
/// </summary>
internal sealed class HeldDocuments(Database database, DocumentLimits limits, MemoryShare memory) : IDisposable
{
    /// <summary>What each document takes until the request is answered: its outcome, and its row of the answer.</summary>
    private const int Row = 256;

    /// <summary>What each document takes besides its text while it is held in memory.</summary>
    private const int Object = 256;

    /// <summary>Lengths of what was put aside, and the place of its attachments.</summary>
    private const int Head = 8;

    private readonly List<(ParsedDocument? Document, ReceivedContents? Contents, long Weight)> _kept = [];
    private readonly List<ReceivedContents> _contents = [];
    private Spool? _rest;
    private long _keptWeight;

    /// <summary>About how many bytes of them are held in memory at a time.</summary>
    public long Most { get; } = Math.Min(16L << 20, memory.Largest / 4);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether one of them names no revision.</summary>
    public bool HasUnnamed { get; private set; }

    /// <summary>How many bytes of memory those take that have been added, all together.</summary>
    public long Weight => _keptWeight + ((long)Row * Count);

    /// <summary>Adds a document.</summary>
    /// <param name="document">The document as it was read.</param>
    /// <param name="text">Its text.</param>
    /// <param name="contents">Attachments that were received with it, which are owned from now on; null for none.</param>
    public void Add(ParsedDocument document, ReadOnlySpan<byte> text, ReceivedContents? contents)
    {
        Count++;
        HasUnnamed |= document.Revision is null;
        var weight = WeightOf(document);
        if (_rest is null && _keptWeight + weight <= Most)
        {
            _kept.Add((document, contents, weight));
            _keptWeight += weight;
            return;
        }

        _rest ??= database.BeginSpool();
        Span<byte> head = stackalloc byte[Head];
        BinaryPrimitives.WriteInt32LittleEndian(head, text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[sizeof(int)..], contents is null ? -1 : _contents.Count);
        _rest.Write(head);
        _rest.Write(text);
        if (contents is not null)
        {
            _contents.Add(contents);
        }
    }

    /// <summary>All documents in their order, once.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Each with what was received with it, and with the memory that it takes, which the caller frees.</returns>
    public async IAsyncEnumerable<(ParsedDocument Document, ReceivedContents? Contents, long Weight)> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var i = 0; i < _kept.Count; i++)
        {
            var kept = _kept[i];
            _kept[i] = (null, kept.Contents, 0);
            yield return (kept.Document!, kept.Contents, kept.Weight);
        }

        if (_rest is null)
        {
            yield break;
        }

        await using var rest = _rest.OpenRead(cancellation);
        var head = new byte[Head];
        for (var i = _kept.Count; i < Count; i++)
        {
            await rest.ReadExactlyAsync(head, cancellation);
            var length = BinaryPrimitives.ReadInt32LittleEndian(head);
            var place = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(sizeof(int)));
            var contents = place < 0 ? null : _contents[place];
            var reserved = (long)length;
            await memory.ReserveAsync(reserved, cancellation);
            var text = GC.AllocateUninitializedArray<byte>(length);
            await rest.ReadExactlyAsync(text, cancellation);
            var needed = length > JsonWeight.LongestSmall ? new JsonWeight(text).OfDocument : 3L * length;
            await memory.ReserveAsync(needed - reserved, cancellation);
            var document = DocumentParser.Parse(text, limits, contents?.Lengths);
            var weight = WeightOf(document);
            await memory.ReserveAsync(Math.Max(0, weight - needed), cancellation);
            memory.Free(Math.Max(0, needed - weight));
            yield return (document, contents, weight);
        }
    }

    /// <summary>Drops all of them.</summary>
    public void Clear()
    {
        foreach (var (_, contents, _) in _kept)
        {
            contents?.Dispose();
        }

        foreach (var contents in _contents)
        {
            contents.Dispose();
        }

        _kept.Clear();
        _contents.Clear();
        _rest?.Dispose();
        _rest = null;
        _keptWeight = 0;
        Count = 0;
        HasUnnamed = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private static long WeightOf(ParsedDocument document)
    {
        var weight = (long)Object + document.Body.Length + document.Term.Length;
        foreach (var attachment in document.Attachments)
        {
            // Those that are not in the store yet are kept once more until they are written.
            weight += Object + (2L * (attachment.Data?.Length ?? 0));
        }

        return weight;
    }
}
