using CloudWall.Documents.Databases;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>A range of local documents.</summary>
internal static class LocalListing
{
    /// <summary>Writes the listing.</summary>
    public static async ValueTask WriteAsync(ResponseStream stream, Database database, ListingOptions options)
    {
        var range = ListingRange.Of(ListingKind.LocalDocuments, options);
        var rows = new ListingRows(stream.Buffer);
        rows.Begin(total: null, offset: null, options.UpdateSequence ? (database, null) : null);
        if (!range.IsEmpty && options.Limit > 0)
        {
            var skip = options.Skip;
            var left = options.Limit;
            foreach (var document in database.ScanLocal(range.Ids))
            {
                if (skip > 0)
                {
                    skip--;
                    continue;
                }

                rows.BeginLocalRow(document);
                if (options.IncludeDocs)
                {
                    IncludedDocument.WriteLocal(stream.Buffer, document);
                }

                rows.EndRow();
                await stream.FlushIfFullAsync();
                if (--left == 0)
                {
                    break;
                }
            }
        }

        rows.End();
    }
}
