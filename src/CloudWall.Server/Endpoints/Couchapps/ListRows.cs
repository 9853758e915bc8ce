using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Sequences;
using CloudWall.Indexing.Queries;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Server.Endpoints.Listings;
using CloudWall.Server.Endpoints.Views;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>
/// What a list function lists: the rows of a view, what they reduce to, or documents. They are read as the function asks for them.
/// </summary>
internal abstract class ListRows : IDisposable
{
    /// <summary>Begins to read a view, and disposes of the snapshot in the end.</summary>
    public static ListRows Of(Exchange exchange, ViewSnapshot snapshot, ViewListing listing)
    {
        try
        {
            return listing.Reduction >= 0
                ? new Reduced(exchange, snapshot, listing)
                : new Mapped(exchange, snapshot, listing);
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    /// <summary>Begins to read all documents, or those that are named.</summary>
    public static ListRows Of(Exchange exchange, ListingOptions options) =>
        options.Keys is null ? new DocumentListRows(exchange, options) : new KeyedListRows(exchange, options);

    /// <summary>Writes what is known before the first row: the function's <c>head</c>.</summary>
    public abstract void WriteHead(JsonBuffer json);

    /// <summary>Writes the next row.</summary>
    /// <returns>False where there is none.</returns>
    public abstract bool TryWrite(JsonBuffer json);

    /// <summary>Lets go of the store while the client is slow.</summary>
    public abstract void Pause();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Writes an update sequence into the head.</summary>
    protected static void WriteSequence(JsonBuffer json, Database database, long sequence, bool first) =>
        json.Raw(first ? "\"update_seq\":"u8 : ",\"update_seq\":"u8).Sequence(new SequenceTokens(database.Incarnation), sequence);

    private sealed class Mapped(Exchange exchange, ViewSnapshot snapshot, ViewListing listing) : ListRows
    {
        private readonly ViewRows _rows = snapshot.ReadRows(listing.Query);

        public override void WriteHead(JsonBuffer json)
        {
            json.Raw("\"total_rows\":"u8).Number(snapshot.TotalRows).Raw(",\"offset\":"u8).Number(_rows.Offset);
            if (listing.Options.UpdateSequence)
            {
                WriteSequence(json, exchange.Database, snapshot.UpdateSequence, first: false);
            }
        }

        public override bool TryWrite(JsonBuffer json)
        {
            if (!_rows.MoveNext())
            {
                return false;
            }

            var output = new RowOutput(exchange, json);
            var room = output.ReserveAsync(_rows.Length);
            if (!room.IsCompletedSuccessfully)
            {
                _rows.PutBack();
                Pause();
                ListExchange.Await(room);
                if (!_rows.MoveNext())
                {
                    return false;
                }
            }

            json.Raw("{\"id\":"u8).Utf8Text(_rows.Id).Raw(",\"key\":"u8).Raw(_rows.Key).Raw(",\"value\":"u8).Raw(_rows.Value);
            if (listing.Options.IncludeDocs)
            {
                var document = new RowDocument(output, exchange.Database, listing.Options.Members, exchange.Aborted);
                ListExchange.Await(document.WriteAsync(_rows.Id, _rows.Value));
            }

            json.Raw("}"u8);
            _rows.Drop();
            return true;
        }

        public override void Pause() => snapshot.Pause();

        public override void Dispose()
        {
            _rows.Dispose();
            snapshot.Dispose();
        }
    }

    private sealed class Reduced(Exchange exchange, ViewSnapshot snapshot, ViewListing listing) : ListRows
    {
        private readonly ReducedRows _rows = snapshot.ReadReduced(listing.Reduction, listing.Query, exchange.Aborted);

        public override void WriteHead(JsonBuffer json)
        {
            if (listing.Options.UpdateSequence)
            {
                WriteSequence(json, exchange.Database, snapshot.UpdateSequence, first: true);
            }
        }

        public override bool TryWrite(JsonBuffer json)
        {
            if (!_rows.MoveNext())
            {
                return false;
            }

            var room = new RowOutput(exchange, json).ReserveAsync(_rows.Length);
            if (!room.IsCompletedSuccessfully)
            {
                _rows.PutBack();
                Pause();
                ListExchange.Await(room);
                if (!_rows.MoveNext())
                {
                    return false;
                }
            }

            // Rows without a value have another form here than in the answer of a view, and no reason, as in CouchDB.
            _ = _rows.Overflow is not null
                ? json.Raw("{\"id\":\"error\",\"key\":null,\"value\":\"reduce_overflow_error\"}"u8)
                : json.Raw("{\"key\":"u8).Raw(_rows.Key).Raw(",\"value\":"u8).Raw(_rows.Value).Raw("}"u8);
            return true;
        }

        public override void Pause() => snapshot.Pause();

        public override void Dispose()
        {
            _rows.Dispose();
            snapshot.Dispose();
        }
    }
}
