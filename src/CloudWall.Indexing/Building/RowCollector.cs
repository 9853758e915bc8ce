using System.Buffers;
using System.Buffers.Binary;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Building;

/// <summary>
/// Turns emitted rows into stored rows. CouchDB orders the rows that one document emits with the same key by value, in Erlang's order of
/// terms, which equals raw collation.
/// </summary>
/// <param name="definition">The views.</param>
/// <param name="prefixes">The key prefix of each view's rows.</param>
/// <param name="longKeys">Shortens long keys.</param>
/// <param name="documents">Receives the rows.</param>
/// <param name="numbers">Maps the positions in the call to positions in the step.</param>
internal sealed class RowCollector(
    IndexDefinition definition,
    IReadOnlyList<byte[]> prefixes,
    LongKeyWriter longKeys,
    MappedDocuments documents,
    IReadOnlyList<int> numbers)
    : EmittedRows, IDisposable
{
    /// <summary>The sort key of a JSON key with more bytes is made beside the rows, because it is probably shortened.</summary>
    private const int LongestBeforeRows = 4 * LongKeys.Kept;

    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly PooledBytes _sortKey = new();
    private Comparison<MappedRow>? _compare;
    private bool _outOfOrder;
    private int _last;

    public override void Add(int document, int view, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var isPlain = PlainJson.Is(key);
        key = isPlain ? key : Normalize(key, _key);
        value = PlainJson.Is(value) ? value : Normalize(value, _value);
        document = numbers[document];
        _outOfOrder |= document < _last;
        _last = document;

        var bytes = documents.RowBytes;
        var start = bytes.Length;
        bytes.Write(prefixes[view]);
        WriteSortKey(document, view, key, isPlain);
        var sortKeyLength = bytes.Length - start - IndexKeys.RowPrefix;
        IndexKeys.WriteId(documents.Id(document), bytes);
        bytes.Write(Position);
        var keyLength = bytes.Length - start;
        RowCodec.Write(sortKeyLength, key, value, bytes);
        documents.AddRow(new MappedRow(document, view, start, keyLength, bytes.Length - start - keyLength));
    }

    public override void RanOutOfTime(int document) => documents.Overruns.Add(numbers[document]);

    /// <summary>Sorts the rows of each document, and numbers those with the same key.</summary>
    public void Finish()
    {
        var rows = documents.Rows;
        if (_outOfOrder)
        {
            rows.Sort((a, b) => a.Document != b.Document ? a.Document - b.Document : Compare(a, b));
        }

        for (var next = 0; next < rows.Length;)
        {
            Arrange(documents.RowsOf(rows[next].Document, ref next));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sortKey.Dispose();

    private void WriteSortKey(int document, int view, ReadOnlySpan<byte> key, bool isPlain)
    {
        var rows = documents.RowBytes;
        var output = key.Length > LongestBeforeRows ? _sortKey : rows;
        var start = output.Length;
        if (definition.IsPartitioned)
        {
            PartitionKey.WriteOf(documents.Id(document), output);
        }

        if (isPlain)
        {
            SortKey.WritePlain(key, definition.Views[view].Order, output);
        }
        else
        {
            SortKey.Write(key, definition.Views[view].Order, output);
        }

        var length = output.Length - start;
        if (length > LongKeys.Kept)
        {
            var form = longKeys.Shorten(view, output.Span(start, length));
            output.Truncate(start);
            rows.Write(form);
        }
        else if (output == _sortKey)
        {
            rows.Write(output.Span(start, length));
        }

        _sortKey.Clear();
    }

    /// <summary>Placeholder for a row's number among its document's rows with the same key.</summary>
    private static ReadOnlySpan<byte> Position => [0, 0, 0, 0];

    private void Arrange(Span<MappedRow> rows)
    {
        if (rows.Length > 1)
        {
            rows.Sort(_compare ??= Compare);
        }

        var position = 0u;
        for (var row = 1; row < rows.Length; row++)
        {
            position = KeyOf(rows[row - 1]).SequenceEqual(KeyOf(rows[row])) ? position + 1 : 0;
            if (position > 0)
            {
                BinaryPrimitives.WriteUInt32BigEndian(documents.Key(rows[row])[^Position.Length..], position);
            }
        }
    }

    private int Compare(MappedRow a, MappedRow b) =>
        KeyOf(a).SequenceCompareTo(KeyOf(b)) is var order && order != 0 ? order
        : JsonCollation.Compare(ValueOf(a), ValueOf(b), CollationOrder.Raw) is var values && values != 0 ? values
        : ValueOf(a).SequenceCompareTo(ValueOf(b));

    /// <summary>A row's key without that number; it begins with the view.</summary>
    private ReadOnlySpan<byte> KeyOf(in MappedRow row) => documents.Key(row)[..^Position.Length];

    private ReadOnlySpan<byte> ValueOf(in MappedRow row)
    {
        RowCodec.Read(documents.Stored(row), out _, out var value);
        return value;
    }

    private static ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        JsonNormalForm.Write(json, output);
        return output.WrittenSpan;
    }
}
