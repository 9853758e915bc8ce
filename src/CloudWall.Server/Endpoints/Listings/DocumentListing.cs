using CloudWall.Documents.Databases;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>A range of documents, or of design documents: one walk, merged with their bodies where these are asked for.</summary>
internal static class DocumentListing
{
    private static readonly KeyRange DesignDocuments = new("_design/", "_design0", InclusiveEnd: false);

    /// <summary>Writes the listing.</summary>
    public static async ValueTask WriteAsync(
        ResponseStream stream, Database database, ListingKind kind, ListingOptions options, CancellationToken cancellation)
    {
        var range = ListingRange.Of(kind, options);
        var sequence = database.UpdateSequence;
        var total = kind == ListingKind.DesignDocuments ? database.CountIn(DesignDocuments) : database.DocumentCount;

        // CouchDB counts what comes before among all documents, in `_design_docs` too.
        var before = range.StartsAfterAll ? total : Math.Min(total, database.CountBefore(range.Ids) + Math.Min(options.Skip, total));
        var rows = new ListingRows(stream.Buffer);
        rows.Begin(total, before, options.UpdateSequence ? (database, sequence) : null);
        if (!range.IsEmpty && options.Limit > 0)
        {
            var documents = new IncludedDocument(stream, database, options.Members, cancellation);
            using var cursor = database.Scan(range.Ids);
            stream.Stalled = cursor.Pause;
            var left = options.Limit;
            for (var skip = options.Skip; left > 0 && cursor.MoveNext();)
            {
                if (skip > 0)
                {
                    skip--;
                    continue;
                }

                rows.BeginRow(cursor.Id, cursor.Winner);
                if (options.IncludeDocs)
                {
                    await documents.WriteAsync(cursor);
                }

                rows.EndRow();
                left--;
                await stream.FlushIfFullAsync();
            }
        }

        rows.End();
    }
}
