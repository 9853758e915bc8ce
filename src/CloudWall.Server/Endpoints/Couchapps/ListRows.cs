using CloudWall.Documents.Databases;
using CloudWall.Indexing.Queries;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Endpoints.Listings;
using CloudWall.Server.Endpoints.Views;
using CloudWall.Server.Http;
using CloudWall.Server.Json;
using CloudWall.Server.Sequences;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>What a list function lists: the rows of a view, what they reduce to, or documents. They are read as the function asks for them.</summary>
internal abstract class ListRows : IDisposable
{
    /// <summary>Begins to read a view, and disposes of the snapshot in the end.</summary>
    public static ListRows Of(Database database, ViewSnapshot snapshot, ViewListing listing, CancellationToken cancellation)
    {
        try
        {
            return listing.Reduction >= 0
                ? new Reduced(database, snapshot, listing, cancellation)
                : new Mapped(database, snapshot, listing);
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    /// <summary>Begins to read all documents.</summary>
    public static ListRows Of(Database database, ListingOptions options) => new Documents(database, options);

    /// <summary>Writes what is known before the first row: the function's <c>head</c>.</summary>
    public abstract void WriteHead(JsonBuffer json);

    /// <summary>Writes the next row.</summary>
    /// <returns>False where there is none.</returns>
    public abstract bool TryWrite(JsonBuffer json);

    /// <summary>Lets go of the store while the client is slow.</summary>
    public abstract void Pause();

    /// <inheritdoc/>
    public abstract void Dispose();

    private static void WriteHead(JsonBuffer json, long total, long offset) =>
        json.Raw("\"total_rows\":"u8).Number(total).Raw(",\"offset\":"u8).Number(offset);

    private static void WriteSequence(JsonBuffer json, Database database, long sequence, bool first) =>
        json.Raw(first ? "\"update_seq\":"u8 : ",\"update_seq\":"u8).Sequence(new SequenceTokens(database.Incarnation), sequence);

    private static void WriteDocument(JsonBuffer json, Database database, string id)
    {
        json.Raw(",\"doc\":"u8);
        if (database.Find(id) is { Deleted: false } record)
        {
            using var stored = database.Read(id, record.Winner.Revision);
            if (stored is not null)
            {
                DocumentJson.WriteRow(json, System.Text.Encoding.UTF8.GetBytes(id), record.Winner.Revision, deleted: false, stored);
                return;
            }
        }

        json.Raw("null"u8);
    }

    private sealed class Mapped(Database database, ViewSnapshot snapshot, ViewListing listing) : ListRows
    {
        private readonly ViewRows _rows = snapshot.ReadRows(listing.Query);

        public override void WriteHead(JsonBuffer json)
        {
            WriteHead(json, snapshot.TotalRows, _rows.Offset);
            if (listing.Options.UpdateSequence)
            {
                WriteSequence(json, database, snapshot.UpdateSequence, first: false);
            }
        }

        public override bool TryWrite(JsonBuffer json)
        {
            if (!_rows.MoveNext())
            {
                return false;
            }

            json.Raw("{\"id\":"u8).Utf8Text(_rows.Id).Raw(",\"key\":"u8).Raw(_rows.Key).Raw(",\"value\":"u8).Raw(_rows.Value);
            if (listing.Options.IncludeDocs)
            {
                var linked = NormalJson.FromStored(_rows.Value.ToArray());
                WriteDocument(json, database, linked.IsObject && linked.Member("_id"u8) is { IsText: true } id
                    ? id.Text()
                    : System.Text.Encoding.UTF8.GetString(_rows.Id));
            }

            json.Raw("}"u8);
            return true;
        }

        public override void Pause() => snapshot.Pause();

        public override void Dispose()
        {
            _rows.Dispose();
            snapshot.Dispose();
        }
    }

    private sealed class Reduced(Database database, ViewSnapshot snapshot, ViewListing listing, CancellationToken cancellation) : ListRows
    {
        private readonly ReducedRows _rows = snapshot.ReadReduced(listing.Reduction, listing.Query, cancellation);

        public override void WriteHead(JsonBuffer json)
        {
            if (listing.Options.UpdateSequence)
            {
                WriteSequence(json, database, snapshot.UpdateSequence, first: true);
            }
        }

        public override bool TryWrite(JsonBuffer json)
        {
            if (!_rows.MoveNext())
            {
                return false;
            }

            ViewListing.WriteRow(json, _rows);
            return true;
        }

        public override void Pause() => snapshot.Pause();

        public override void Dispose()
        {
            _rows.Dispose();
            snapshot.Dispose();
        }
    }

    private sealed class Documents : ListRows
    {
        private readonly Database _database;
        private readonly ListingOptions _options;
        private readonly ListingRange _range;
        private readonly DocumentCursor _cursor;
        private long _left;
        private long _skip;

        public Documents(Database database, ListingOptions options)
        {
            _database = database;
            _options = options;
            _range = ListingRange.Of(ListingKind.AllDocuments, options);
            _cursor = database.Scan(_range.Ids);
            _left = _range.IsEmpty ? 0 : options.Limit;
            _skip = options.Skip;
        }

        public override void WriteHead(JsonBuffer json)
        {
            var total = _database.DocumentCount;
            WriteHead(json, total, _range.StartsAfterAll ? total : Math.Min(total, _database.CountBefore(_range.Ids) + Math.Min(_skip, total)));
            if (_options.UpdateSequence)
            {
                WriteSequence(json, _database, _database.UpdateSequence, first: false);
            }
        }

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
                    WriteDocument(json, _database, System.Text.Encoding.UTF8.GetString(_cursor.Id));
                }

                json.Raw("}"u8);
                return true;
            }

            return false;
        }

        public override void Pause() => _cursor.Pause();

        public override void Dispose() => _cursor.Dispose();
    }
}
