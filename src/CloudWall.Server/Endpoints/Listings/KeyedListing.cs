using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>Documents looked up one by one, in the order that the client named them; deleted ones and missing ones have rows too.</summary>
internal static class KeyedListing
{
    private static readonly KeyRange DesignDocuments = new("_design/", "_design0", InclusiveEnd: false);

    /// <summary>Writes the listing.</summary>
    public static async ValueTask WriteAsync(
        ResponseStream stream, Database database, ListingKind kind, ListingOptions options, CancellationToken cancellation)
    {
        long? total = kind switch
        {
            ListingKind.DesignDocuments => database.CountIn(DesignDocuments),
            ListingKind.LocalDocuments => null,
            _ => database.DocumentCount,
        };
        var rows = new ListingRows(stream.Buffer);
        rows.Begin(total, offset: null, options.UpdateSequence ? (database, null) : null);
        var documents = options.IncludeDocs ? new IncludedDocument(stream, database, options.Members, cancellation) : null;
        using var keyed = new KeyedDocuments(database, kind, options);
        while (keyed.MoveNext())
        {
            if (keyed.Local is { Body.Length: > AnswerMemory.Free } && options.IncludeDocs)
            {
                await LocalListing.WriteLargeAsync(stream, rows, database, keyed.TakeLocal(), options);
            }
            else if (keyed.Local is { } local)
            {
                WriteLocal(stream, rows, local, options);
            }
            else
            {
                await WriteAsync(rows, keyed.Key, keyed.Record, documents);
            }

            await stream.FlushIfFullAsync();
        }

        rows.End();
    }

    private static async ValueTask WriteAsync(ListingRows rows, NormalJson key, DocumentRecord? record, IncludedDocument? documents)
    {
        if (record is null)
        {
            rows.Missing(key);
            return;
        }

        rows.BeginRow(key, record.Winner.Revision, record.Deleted);
        if (record.Deleted)
        {
            documents?.WriteNull();
        }
        else if (documents is not null)
        {
            await documents.WriteAsync(record);
        }

        rows.EndRow();
    }

    private static void WriteLocal(ResponseStream stream, ListingRows rows, LocalDocument document, ListingOptions options)
    {
        rows.BeginLocalRow(document);
        if (options.IncludeDocs)
        {
            IncludedDocument.WriteLocal(stream.Buffer, document);
        }

        rows.EndRow();
    }
}
