using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Mango.Fields;
using CloudWall.Mango.Matching;

namespace CloudWall.Mango.Indexes;

/// <summary>The part of documents that an index has in its rows, for queries that need no more (covering indexes).</summary>
/// <param name="index">The index.</param>
public sealed class IndexedDocument(MangoIndex index)
{
    private readonly FieldPath?[] _paths = [.. index.Fields.Select(FieldPath.TryParse)];

    /// <summary>Writes what a row has of a document.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="id">The id of its document, as UTF-8.</param>
    /// <param name="key">The row's key: an array.</param>
    public void Write(JsonBuffer output, ReadOnlySpan<byte> id, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(output);
        var root = new NestedMember(string.Empty);
        var start = 1;
        for (var i = 0; i < _paths.Length && key[start] != ']'; i++)
        {
            var end = NormalScan.SkipValue(key, start);
            if (_paths[i] is { } path && path.Names is not ["_id"])
            {
                root.Set(path.Names, new Found(start, end));
            }

            start = key[end] == ',' ? end + 1 : end;
        }

        output.Raw("{\"_id\":"u8).Utf8Text(id);
        root.WriteMembers(output, key, isFirst: false);
        output.Raw("}"u8);
    }
}
