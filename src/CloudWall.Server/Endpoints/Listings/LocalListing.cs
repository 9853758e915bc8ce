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
            var ids = range.Ids;
            for (string? large = string.Empty; large is not null && left > 0;)
            {
                var passed = large;
                large = null;
                foreach (var found in database.ScanLocal(ids))
                {
                    using var document = found;
                    if (document.Id == passed)
                    {
                        continue;
                    }

                    if (skip > 0)
                    {
                        skip--;
                        continue;
                    }

                    if (options.IncludeDocs && document.Body.Length > AnswerMemory.Free)
                    {
                        large = document.Id;
                        break;
                    }

                    Write(stream, rows, document, options);
                    await stream.FlushIfFullAsync();
                    if (--left == 0)
                    {
                        break;
                    }
                }

                if (large is not null)
                {
                    // The walk would hold it while its row waits: it goes on from there.
                    await WriteLargeAsync(stream, rows, database, large, options);
                    ids = ids with { Start = large };
                    left--;
                }
            }
        }

        rows.End();
    }

    /// <summary>Writes the row of a local document that is large, if it is still there, once there is room for it.</summary>
    public static async ValueTask WriteLargeAsync(
        ResponseStream stream, ListingRows rows, Database database, string id, ListingOptions options)
    {
        var document = database.FindLocal(id);
        var room = stream.ReserveAsync(document?.Body.Length ?? 0);
        if (!room.IsCompletedSuccessfully)
        {
            document?.Dispose();
            await room;
            document = database.FindLocal(id);
        }

        using (document)
        {
            if (document is not null)
            {
                Write(stream, rows, document, options);
            }
        }

        await stream.FlushIfFullAsync();
    }

    private static void Write(ResponseStream stream, ListingRows rows, LocalDocument document, ListingOptions options)
    {
        rows.BeginLocalRow(document);
        if (options.IncludeDocs)
        {
            IncludedDocument.WriteLocal(stream.Buffer, document);
        }

        rows.EndRow();
    }
}
