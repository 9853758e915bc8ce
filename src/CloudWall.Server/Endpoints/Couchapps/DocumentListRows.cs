using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Server.Endpoints.Listings;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>A range of documents for a list function, which is to list <c>_all_docs</c>.</summary>
internal sealed class DocumentListRows : ListRows
{
    private readonly Exchange _exchange;
    private readonly ListingOptions _options;
    private readonly ListingRange _range;
    private readonly DocumentCursor _cursor;
    private long _left;
    private long _skip;

    /// <summary>Begins to read.</summary>
    public DocumentListRows(Exchange exchange, ListingOptions options)
    {
        _exchange = exchange;
        _options = options;
        _range = ListingRange.Of(ListingKind.AllDocuments, options);
        _cursor = exchange.Database.Scan(_range.Ids);
        _left = _range.IsEmpty ? 0 : options.Limit;
        _skip = options.Skip;
    }

    /// <inheritdoc/>
    public override void WriteHead(JsonBuffer json)
    {
        var database = _exchange.Database;
        var total = database.DocumentCount;
        var offset = _range.StartsAfterAll ? total : Math.Min(total, database.CountBefore(_range.Ids) + Math.Min(_skip, total));
        json.Raw("\"total_rows\":"u8).Number(total).Raw(",\"offset\":"u8).Number(offset);
        if (_options.UpdateSequence)
        {
            WriteSequence(json, database, database.UpdateSequence, first: false);
        }
    }

    /// <inheritdoc/>
    public override bool TryWrite(JsonBuffer json)
    {
        for (; _left > 0 && _cursor.MoveNext(); _skip--)
        {
            if (_skip > 0)
            {
                continue;
            }

            _left--;
            json.Raw("{\"id\":"u8).Utf8Text(_cursor.Id).Raw(",\"key\":"u8).Utf8Text(_cursor.Id)
                .Raw(",\"value\":{\"rev\":"u8).Revision(_cursor.Winner).Raw("}"u8);
            if (_options.IncludeDocs)
            {
                var document = new IncludedDocument(
                    new RowOutput(_exchange, json), _exchange.Database, _options.Members, _exchange.Aborted);
                ListExchange.Await(document.WriteAsync(_cursor));
            }

            json.Raw("}"u8);
            return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override void Pause() => _cursor.Pause();

    /// <inheritdoc/>
    public override void Dispose() => _cursor.Dispose();
}
