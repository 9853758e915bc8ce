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
internal sealed class RowCollector(IndexDefinition definition, IReadOnlyList<MappedDocument> documents) : EmittedRows
{
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly ArrayBufferWriter<byte> _row = new();

    public override void Add(int document, int view, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        key = Normalize(key, _key);
        value = Normalize(value, _value);
        _row.ResetWrittenCount();
        SortKey.Write(key, definition.Views[view].Order, _row);
        var sortKeyLength = _row.WrittenCount;
        IndexKeys.WriteId(documents[document].Id, _row);
        _row.Write(Position);
        documents[document].Rows.Add(new MappedRow(view, _row.WrittenSpan.ToArray(), RowCodec.Write(sortKeyLength, key, value)));
    }

    /// <summary>Puts the documents' rows in order, and numbers those that have the same key.</summary>
    public void Finish()
    {
        foreach (var document in documents)
        {
            var rows = document.Rows;
            if (rows.Count > 1)
            {
                rows.Sort(static (a, b) => a.View != b.View ? a.View - b.View
                    : KeyOf(a).SequenceCompareTo(KeyOf(b)) is var order && order != 0 ? order
                    : JsonCollation.Compare(ValueOf(a), ValueOf(b), CollationOrder.Raw) is var values && values != 0 ? values
                    : ValueOf(a).SequenceCompareTo(ValueOf(b)));
            }

            var position = 0u;
            for (var row = 1; row < rows.Count; row++)
            {
                position = rows[row - 1].View == rows[row].View && KeyOf(rows[row - 1]).SequenceEqual(KeyOf(rows[row])) ? position + 1 : 0;
                BinaryPrimitives.WriteUInt32BigEndian(rows[row].Key.AsSpan(^Position.Length..), position);
            }
        }
    }

    /// <summary>A row's place among those of its document with the same key, until it is known.</summary>
    private static ReadOnlySpan<byte> Position => [0, 0, 0, 0];

    private static ReadOnlySpan<byte> KeyOf(MappedRow row) => row.Key.AsSpan(..^Position.Length);

    private static ReadOnlySpan<byte> ValueOf(MappedRow row)
    {
        RowCodec.Read(row.Stored, out _, out var value);
        return value;
    }

    private static ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> output)
    {
        if (PlainJson.Is(json))
        {
            return json;
        }

        output.ResetWrittenCount();
        JsonNormalForm.Write(json, output);
        return output.WrittenSpan;
    }
}
