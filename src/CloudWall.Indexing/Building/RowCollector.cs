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
    private readonly List<Emitted>[] _emitted = [.. documents.Select(static _ => new List<Emitted>())];

    public override void Add(int document, int view, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        key = Normalize(key, _key);
        value = Normalize(value, _value);
        _row.ResetWrittenCount();
        SortKey.Write(key, definition.Views[view].Order, _row);
        var sortKeyLength = _row.WrittenCount;
        IndexKeys.WriteId(documents[document].Id, _row);
        _emitted[document].Add(new Emitted(view, _row.WrittenSpan.ToArray(), RowCodec.Write(sortKeyLength, key, value), value.ToArray()));
    }

    /// <summary>Gives the documents their rows.</summary>
    public void Finish()
    {
        for (var i = 0; i < documents.Count; i++)
        {
            var emitted = _emitted[i];
            emitted.Sort(static (a, b) => a.View != b.View ? a.View - b.View
                : a.Key.AsSpan().SequenceCompareTo(b.Key) is var order && order != 0 ? order
                : JsonCollation.Compare(a.Value, b.Value, CollationOrder.Raw) is var values && values != 0 ? values
                : a.Value.AsSpan().SequenceCompareTo(b.Value));
            var position = 0u;
            for (var row = 0; row < emitted.Count; row++)
            {
                position = row > 0 && emitted[row - 1].View == emitted[row].View && emitted[row - 1].Key.AsSpan().SequenceEqual(emitted[row].Key)
                    ? position + 1
                    : 0;
                var key = new byte[emitted[row].Key.Length + 4];
                emitted[row].Key.CopyTo(key, 0);
                BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(key.Length - 4), position);
                documents[i].Rows.Add(new MappedRow(emitted[row].View, key, emitted[row].Stored));
            }
        }
    }

    private static ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> output)
    {
        // Most values, and what most keys end with.
        if (json.SequenceEqual("null"u8) || (json.Length < 18 && json.Length > 0 && json[0] != '0' && json.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0))
        {
            return json;
        }

        output.ResetWrittenCount();
        JsonNormalForm.Write(json, output);
        return output.WrittenSpan;
    }

    private readonly record struct Emitted(int View, byte[] Key, byte[] Stored, byte[] Value);
}
