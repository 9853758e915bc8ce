using System.Buffers;
using System.Buffers.Binary;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Building;

/// <summary>
/// Makes stored rows of what map functions emit. Of one document's rows with the same key, CouchDB has those with lesser values first, in
/// Erlang's order of terms, which is that of raw collation.
/// </summary>
/// <param name="definition">The views.</param>
/// <param name="prefixes">What comes before the keys of each view's rows.</param>
/// <param name="documents">Where the rows go.</param>
/// <param name="numbers">Which of those documents each is that was mapped, in order.</param>
internal sealed class RowCollector(
    IndexDefinition definition, IReadOnlyList<byte[]> prefixes, MappedDocuments documents, IReadOnlyList<int> numbers) : EmittedRows
{
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _value = new();
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
        if (isPlain)
        {
            SortKey.WritePlain(key, definition.Views[view].Order, bytes);
        }
        else
        {
            SortKey.Write(key, definition.Views[view].Order, bytes);
        }

        var sortKeyLength = bytes.Length - start - IndexKeys.RowPrefix;
        IndexKeys.WriteId(documents.Id(document), bytes);
        bytes.Write(Position);
        var keyLength = bytes.Length - start;
        RowCodec.Write(sortKeyLength, key, value, bytes);
        documents.AddRow(new MappedRow(document, view, start, keyLength, bytes.Length - start - keyLength));
    }

    /// <summary>Puts the documents' rows in order, and numbers those that have the same key.</summary>
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

    /// <summary>A row's place among those of its document with the same key, until it is known.</summary>
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

    /// <summary>A row's key without its place; it begins with the view.</summary>
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
