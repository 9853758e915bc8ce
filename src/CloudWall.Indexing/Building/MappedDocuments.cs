using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Building;

/// <summary>
/// Documents that go through a build together: first their ids and texts, then the rows that they are to have. The bytes lie in arrays that
/// are used again, since a build makes little else.
/// </summary>
internal sealed class MappedDocuments : IDisposable
{
    /// <summary>Documents that are mapped first, to see how much they emit.</summary>
    private const int FirstAtOnce = 64;

    private const int ViewShift = 48;

    private const int LeastText = 64 << 10;

    /// <summary>Memory for texts that has grown beyond this is not kept for the next documents.</summary>
    private const int MostTextKept = 4 << 20;

    private readonly JsonBuffer _texts = new(LeastText, MostTextKept);
    private readonly PooledBytes _rowBytes = new();
    private readonly List<(int Id, int Text, int End)> _documents = [];
    private readonly List<MappedRow> _rows = [];
    private Comparison<int>? _compare;
    private int[] _order = [];
    private ulong[] _heads = [];

    /// <summary>How far the index is after them.</summary>
    public long UpdateSequence { get; set; }

    /// <summary>How far it is then in the history of purges.</summary>
    public long PurgeSequence { get; set; }

    /// <summary>Whether it is known that none of them has rows in the index, nor comes twice.</summary>
    public bool AreNew { get; set; }

    /// <summary>Whether the order of the rows' keys is found out (<see cref="Sort"/>).</summary>
    public bool IsSorted { get; set; }

    /// <summary>How many documents there are.</summary>
    public int Count => _documents.Count;

    /// <summary>The first of them whose rows are there: those before it are written.</summary>
    public int First { get; private set; }

    /// <summary>The first of them whose rows are not there yet, since there were many before it.</summary>
    public int End { get; set; }

    /// <summary>Whether there are any whose rows are not there yet.</summary>
    public bool HasMore => End < Count;

    /// <summary>How many documents are mapped in the next call.</summary>
    public int AtOnce { get; set; } = FirstAtOnce;

    /// <summary>The bytes of ids and texts.</summary>
    public int TextBytes => _texts.WrittenCount;

    /// <summary>
    /// The rows: by documents, then by views and keys, once they are all there (<see cref="RowCollector.Finish"/>).
    /// </summary>
    public Span<MappedRow> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>Adds a document that is to have no rows.</summary>
    public void Add(ReadOnlySpan<byte> id)
    {
        var start = _texts.WrittenCount;
        _texts.Raw(id);
        _documents.Add((start, _texts.WrittenCount, _texts.WrittenCount));
    }

    /// <summary>Where to write the text of the document that was added last; then say <see cref="EndText"/>.</summary>
    public JsonBuffer BeginText() => _texts;

    /// <summary>The last document's text has been written.</summary>
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

    /// <summary>A document's text; empty where it is to have no rows.</summary>
    public ReadOnlyMemory<byte> Text(int document)
    {
        var (_, text, end) = _documents[document];
        return _texts.WrittenMemory[text..end];
    }

    /// <summary>Adds a row, of which key and value were written (<see cref="RowBytes"/>).</summary>
    public void AddRow(MappedRow row) => _rows.Add(row);

    /// <summary>The bytes of rows.</summary>
    public PooledBytes RowBytes => _rowBytes;

    /// <summary>A row's key, with what comes before all keys of its view.</summary>
    public Span<byte> Key(in MappedRow row) => _rowBytes.Span(row.Start, row.KeyLength);

    /// <summary>A row's key after what comes before all keys of its view.</summary>
    public Span<byte> OwnKey(in MappedRow row) => Key(row)[IndexKeys.RowPrefix..];

    /// <summary>A row's value as it is stored.</summary>
    public ReadOnlySpan<byte> Stored(in MappedRow row) => _rowBytes.Span(row.Start + row.KeyLength, row.StoredLength);

    /// <summary>
    /// Finds out the order of the rows' keys: a store takes rows far more cheaply where each belongs near the last.
    /// </summary>
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

        // Most keys differ in their heads; whole keys decide where those are the same.
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

    /// <summary>A row in the order of the rows' keys (<see cref="Sort"/>).</summary>
    public ref readonly MappedRow InOrder(int place) => ref Rows[_order[place]];

    /// <summary>Which rows are a document's.</summary>
    /// <param name="document">The document.</param>
    /// <param name="next">Where those begin; afterwards where the next document's do.</param>
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

    /// <summary>Forgets the rows that are there, which are written, so that there is room for those of further documents.</summary>
    public void BeginPart()
    {
        First = End;
        _rowBytes.Clear();
        _rows.Clear();
    }

    /// <summary>Forgets all, and can be used again.</summary>
    public void Clear()
    {
        First = End = 0;
        AtOnce = FirstAtOnce;
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

    /// <summary>The view and how the key begins.</summary>
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

/// <summary>A row as it is stored.</summary>
/// <param name="Document">The document, by its place among the others.</param>
/// <param name="View">The view.</param>
/// <param name="Start">Where its key begins; its value follows.</param>
/// <param name="KeyLength">How long the key is.</param>
/// <param name="StoredLength">How long the value is.</param>
internal readonly record struct MappedRow(int Document, int View, int Start, int KeyLength, int StoredLength)
{
    /// <summary>How many bytes the row is, without what comes before all keys of its view.</summary>
    public int Bytes => KeyLength - IndexKeys.RowPrefix + StoredLength;
}
