using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Building;

/// <summary>
/// The documents of one step of a build: first their ids and texts, then the rows that map functions made of them. The bytes lie in
/// arrays that are reused, because a build allocates little else.
/// </summary>
internal sealed class MappedDocuments : IDisposable
{
    /// <summary>The number of documents in the first call, which shows how much they emit.</summary>
    public const int FirstAtOnce = 64;

    private const int ViewShift = 48;

    private const int LeastText = 64 << 10;

    /// <summary>A text buffer that has grown beyond this is not reused.</summary>
    private const int MostTextKept = 4 << 20;

    private readonly JsonBuffer _texts = new(LeastText, MostTextKept);
    private readonly PooledBytes _rowBytes = new();
    private readonly List<(int Id, int Text, int End)> _documents = [];
    private readonly List<MappedRow> _rows = [];
    private Comparison<int>? _compare;
    private int[] _order = [];
    private ulong[] _heads = [];

    /// <summary>The update sequence that the index reaches with this step.</summary>
    public long UpdateSequence { get; set; }

    /// <summary>The purge sequence that the index reaches with this step.</summary>
    public long PurgeSequence { get; set; }

    /// <summary>Whether none of the documents has rows in the index yet, and none occurs twice.</summary>
    public bool AreNew { get; set; }

    /// <summary>Whether the rows are written in the order of their keys (<see cref="Sort"/>).</summary>
    public bool IsSorted { get; set; }

    /// <summary>The number of documents.</summary>
    public int Count => _documents.Count;

    /// <summary>The first document whose rows are present; the rows of those before it are written.</summary>
    public int First { get; private set; }

    /// <summary>The first document that is not mapped yet, because those before it emitted many rows.</summary>
    public int End { get; set; }

    /// <summary>Whether there are documents that are not mapped yet.</summary>
    public bool HasMore => End < Count;

    /// <summary>The number of documents in the next call of map functions.</summary>
    public int AtOnce { get; set; } = FirstAtOnce;

    /// <summary>The size of ids and texts in bytes.</summary>
    public int TextBytes => _texts.WrittenCount;

    /// <summary>The rows of this part, in order of document, view and key once <see cref="RowCollector.Finish"/> has run.</summary>
    public Span<MappedRow> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>The documents of this part for which map functions had too little time, in their order.</summary>
    public List<int> Overruns { get; } = [];

    /// <summary>Adds a document without rows.</summary>
    public void Add(ReadOnlySpan<byte> id)
    {
        var start = _texts.WrittenCount;
        _texts.Raw(id);
        _documents.Add((start, _texts.WrittenCount, _texts.WrittenCount));
    }

    /// <summary>The buffer for the text of the last added document; the caller then calls <see cref="EndText"/>.</summary>
    public JsonBuffer BeginText() => _texts;

    /// <summary>Ends the text of the last added document.</summary>
    public void EndText()
    {
        ref var last = ref CollectionsMarshal.AsSpan(_documents)[^1];
        last.End = _texts.WrittenCount;
    }

    /// <summary>A document's id.</summary>
    public ReadOnlySpan<byte> Id(int document)
    {
        var (id, text, _) = _documents[document];
        return _texts.WrittenSpan[id..text];
    }

    /// <summary>A document's text; empty where it has no rows.</summary>
    public ReadOnlyMemory<byte> Text(int document)
    {
        var (_, text, end) = _documents[document];
        return _texts.WrittenMemory[text..end];
    }

    /// <summary>Adds a row whose key and value were written to <see cref="RowBytes"/>.</summary>
    public void AddRow(MappedRow row) => _rows.Add(row);

    /// <summary>The bytes of keys and values.</summary>
    public PooledBytes RowBytes => _rowBytes;

    /// <summary>A row's key with the prefix of its view.</summary>
    public Span<byte> Key(in MappedRow row) => _rowBytes.Span(row.Start, row.KeyLength);

    /// <summary>A row's key without the prefix of its view.</summary>
    public Span<byte> OwnKey(in MappedRow row) => Key(row)[IndexKeys.RowPrefix..];

    /// <summary>A row's value in its stored form.</summary>
    public ReadOnlySpan<byte> Stored(in MappedRow row) => _rowBytes.Span(row.Start + row.KeyLength, row.StoredLength);

    /// <summary>Sorts the rows by key, because the store takes ordered keys far more cheaply.</summary>
    public void Sort()
    {
        var rows = Rows;
        if (_order.Length < rows.Length)
        {
            _order = new int[Math.Max(rows.Length, 2 * _order.Length)];
            _heads = new ulong[_order.Length];
        }

        var order = _order.AsSpan(0, rows.Length);
        var heads = _heads.AsSpan(0, rows.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            order[row] = row;
            heads[row] = Head(rows[row]);
        }

        // Most keys differ in their first bytes; whole keys are compared only where those are equal.
        heads.Sort(order);
        for (int start = 0, end; start < order.Length; start = end)
        {
            var head = heads[start];
            for (end = start + 1; end < order.Length && heads[end] == head; end++)
            {
            }

            if (end - start > 1)
            {
                order[start..end].Sort(_compare ??= Compare);
            }
        }
    }

    /// <summary>A row by its position in key order (<see cref="Sort"/>).</summary>
    public ref readonly MappedRow InOrder(int place) => ref Rows[_order[place]];

    /// <summary>The rows of a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="next">The position of its first row; then that of the next document's first row.</param>
    public Span<MappedRow> RowsOf(int document, ref int next)
    {
        var rows = Rows;
        var start = next;
        while (next < rows.Length && rows[next].Document == document)
        {
            next++;
        }

        return rows[start..next];
    }

    /// <summary>Discards the rows of the part that was written, to make room for those of further documents.</summary>
    public void BeginPart()
    {
        First = End;
        Overruns.Clear();
        _rowBytes.Clear();
        _rows.Clear();
    }

    /// <summary>Clears all content for reuse.</summary>
    public void Clear()
    {
        First = End = 0;
        Overruns.Clear();
        _texts.Clear();
        _rowBytes.Clear();
        _documents.Clear();
        _rows.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        _texts.Dispose();
        _rowBytes.Dispose();
    }

    /// <summary>The view's number and the first bytes of the key.</summary>
    private ulong Head(in MappedRow row)
    {
        ReadOnlySpan<byte> key = OwnKey(row);
        var head = 0UL;
        if (key.Length >= sizeof(ulong))
        {
            head = BinaryPrimitives.ReadUInt64BigEndian(key);
        }
        else
        {
            for (var i = 0; i < key.Length; i++)
            {
                head |= (ulong)key[i] << (8 * (sizeof(ulong) - 1 - i));
            }
        }

        return ((ulong)row.View << ViewShift) | (head >> (64 - ViewShift));
    }

    private int Compare(int a, int b) => Key(Rows[a]).SequenceCompareTo(Key(Rows[b]));
}

/// <summary>A row in its stored form.</summary>
/// <param name="Document">The position of the document in the step.</param>
/// <param name="View">The view.</param>
/// <param name="Start">The offset of the key; the value follows it.</param>
/// <param name="KeyLength">The length of the key.</param>
/// <param name="StoredLength">The length of the value.</param>
internal readonly record struct MappedRow(int Document, int View, int Start, int KeyLength, int StoredLength)
{
    /// <summary>The size of the row in bytes, without the key's prefix.</summary>
    public int Bytes => KeyLength - IndexKeys.RowPrefix + StoredLength;
}
