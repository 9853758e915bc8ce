using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Server.Endpoints.Listings;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>Documents that are looked up one by one for a list function, which is to list <c>_all_docs</c> with <c>keys</c>.</summary>
/// <param name="exchange">The request.</param>
/// <param name="options">The keys, and what is shown.</param>
internal sealed class KeyedListRows(Exchange exchange, ListingOptions options) : ListRows
{
    private readonly KeyedDocuments _documents = new(exchange.Database, ListingKind.AllDocuments, options);

    /// <inheritdoc/>
    public override void WriteHead(JsonBuffer json) =>
        json.Raw("\"total_rows\":"u8).Number(exchange.Database.DocumentCount).Raw(",\"offset\":null"u8)
            .Raw(options.UpdateSequence ? ",\"update_seq\":null"u8 : ""u8);

    /// <inheritdoc/>
    public override bool TryWrite(JsonBuffer json)
    {
        if (!_documents.MoveNext())
        {
            return false;
        }

        var key = _documents.Key.Utf8.Span;
        if (_documents.Local is { } local)
        {
            json.Raw("{\"id\":"u8).Raw(key).Raw(",\"key\":"u8).Raw(key)
                .Raw(",\"value\":{\"rev\":\"0-"u8).Number(local.Revision).Raw("\"}"u8);
            if (options.IncludeDocs)
            {
                ListExchange.Await(new RowOutput(exchange, json).ReserveAsync(local.Body.Length));
                IncludedDocument.WriteLocal(json, local);
            }
        }
        else if (_documents.Record is { } record)
        {
            json.Raw("{\"id\":"u8).Raw(key).Raw(",\"key\":"u8).Raw(key)
                .Raw(",\"value\":{\"rev\":"u8).Revision(record.Winner.Revision).Raw(record.Deleted ? ",\"deleted\":true}"u8 : "}"u8);
            WriteDocument(json, record);
        }
        else
        {
            // A list function knows an error by the row's id.
            json.Raw("{\"id\":\"error\",\"key\":"u8).Raw(key).Raw(",\"value\":\"not_found\""u8);
        }

        json.Raw("}"u8);
        return true;
    }

    /// <inheritdoc/>
    public override void Pause()
    {
        // Nothing is held of the store between two rows but a local document.
        _documents.Dispose();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _documents.Dispose();
    }

    private void WriteDocument(JsonBuffer json, DocumentRecord record)
    {
        if (!options.IncludeDocs)
        {
            return;
        }

        var document = new IncludedDocument(new RowOutput(exchange, json), exchange.Database, options.Members, exchange.Aborted);
        if (record.Deleted)
        {
            document.WriteNull();
        }
        else
        {
            ListExchange.Await(document.WriteAsync(record));
        }
    }
}
