using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents.Receiving;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// The documents of a bulk until all of it has come and the first is written. So many as fit are kept as they were read; the text of the
/// rest is put aside in the store, and read again when its turn comes. The memory for them is the request's.
/// </summary>
internal sealed class HeldDocuments(Database database, MemoryShare memory) : IAsyncDisposable
{
    /// <summary>What each document takes until the request is answered: its outcome, and its row of the answer.</summary>
    private const int Row = 256;

    /// <summary>What each document takes besides its text while it is held in memory.</summary>
    private const int Object = 256;

    /// <summary>Lengths of the text, the id and the revision of what was put aside, and the place of its attachments.</summary>
    private const int Lengths = 4 * sizeof(int);

    private const int Piece = 16 << 10;

    private readonly List<(ParsedDocument? Document, ReceivedContents? Contents, long Weight)> _kept = [];
    private readonly List<ReceivedContents> _contents = [];
    private readonly byte[] _lengths = new byte[Lengths];
    private Spool? _rest;
    private Stream? _reading;
    private Head? _head;
    private int _unread;
    private int _next;
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
        var id = document.Id is { } named ? Encoding.UTF8.GetBytes(named) : null;
        var revision = document.Revision is { } sent ? Encoding.UTF8.GetBytes(sent.ToString()) : null;
        var place = contents is null ? -1 : _contents.Count;
        foreach (var number in (ReadOnlySpan<int>)[text.Length, id?.Length ?? -1, revision?.Length ?? -1, place])
        {
            BinaryPrimitives.WriteInt32LittleEndian(_lengths, number);
            _rest.Write(_lengths.AsSpan(0, sizeof(int)));
        }

        _rest.Write(id);
        _rest.Write(revision);
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
        while (_next < _kept.Count)
        {
            var kept = _kept[_next];
            _kept[_next++] = (null, kept.Contents, 0);
            yield return (kept.Document!, kept.Contents, kept.Weight);
        }

        while (_next < Count)
        {
            var (document, contents, weight) = await ReadAsync(await ReadHeadAsync(cancellation), cancellation);
            _head = null;
            _next++;
            yield return (document, contents, weight);
        }
    }

    /// <summary>
    /// The names of those documents that <see cref="ReadAsync(CancellationToken)"/> has not come to, because it failed or was given up. It
    /// takes no memory.
    /// </summary>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The id and the revision of each, null where it has none.</returns>
    public async IAsyncEnumerable<(string? Id, RevisionId? Revision)> ReadRestAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (; _next < _kept.Count; _next++)
        {
            var document = _kept[_next].Document!;
            yield return (document.Id, document.Revision);
        }

        for (; _next < Count; _next++)
        {
            var head = await ReadHeadAsync(cancellation);
            var piece = new byte[Math.Min(_unread, Piece)];
            while (_unread > 0)
            {
                var count = Math.Min(_unread, piece.Length);
                await _reading!.ReadExactlyAsync(piece.AsMemory(0, count), cancellation);
                _unread -= count;
            }

            _head = null;
            yield return (head.Id, head.Revision);
        }
    }

    /// <summary>Drops all of them, before the first is read.</summary>
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
        _head = null;
        _next = 0;
        _keptWeight = 0;
        Count = 0;
        HasUnnamed = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_reading is not null)
        {
            await _reading.DisposeAsync();
            _reading = null;
        }

        Clear();
    }

    private async ValueTask<Head> ReadHeadAsync(CancellationToken cancellation)
    {
        if (_head is { } begun)
        {
            return begun;
        }

        _reading ??= _rest!.OpenRead(cancellation);
        await _reading.ReadExactlyAsync(_lengths, cancellation);
        var idLength = LengthAt(1);
        var revisionLength = LengthAt(2);
        var place = LengthAt(3);
        _unread = LengthAt(0);
        var names = new byte[Math.Max(0, idLength) + Math.Max(0, revisionLength)];
        await _reading.ReadExactlyAsync(names, cancellation);
        var id = idLength < 0 ? null : Encoding.UTF8.GetString(names, 0, idLength);
        RevisionId? revision = RevisionId.TryParse(names.AsSpan(names.Length - Math.Max(0, revisionLength)), out var sent) ? sent : null;
        _head = new Head(id, revision, place < 0 ? null : _contents[place]);
        return _head.Value;
    }

    private int LengthAt(int place) => BinaryPrimitives.ReadInt32LittleEndian(_lengths.AsSpan(place * sizeof(int)));

    private async ValueTask<(ParsedDocument Document, ReceivedContents? Contents, long Weight)> ReadAsync(
        Head head, CancellationToken cancellation)
    {
        var length = _unread;
        var reserved = (long)length;
        await memory.ReserveAsync(reserved, cancellation);
        var text = GC.AllocateUninitializedArray<byte>(length);
        await _reading!.ReadExactlyAsync(text, cancellation);
        _unread = 0;
        var needed = length > JsonWeight.LongestSmall ? new JsonWeight(text).OfDocument : 3L * length;
        await memory.ReserveAsync(needed - reserved, cancellation);
        var document = DocumentParser.Parse(text, database.Limits, head.Contents?.Lengths);
        var weight = WeightOf(document);
        await memory.ReserveAsync(Math.Max(0, weight - needed), cancellation);
        memory.Free(Math.Max(0, needed - weight));
        return (document, head.Contents, weight);
    }

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

    /// <summary>What stands before the text of a document that was put aside.</summary>
    private readonly record struct Head(string? Id, RevisionId? Revision, ReceivedContents? Contents);
}
