using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Http;
using CloudWall.Server.Json;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>Documents looked up one by one, in the order that the client named them; deleted ones and missing ones have rows too.</summary>
internal static class KeyedListing
{
    private static readonly KeyRange DesignDocuments = new("_design/", "_design0", InclusiveEnd: false);

    /// <summary>Writes the listing.</summary>
    public static async ValueTask WriteAsync(
        ResponseStream stream, Database database, ListingKind kind, ListingOptions options, CancellationToken cancellation)
    {
        var keys = options.Keys!;
        long? total = kind switch
        {
            ListingKind.DesignDocuments => database.CountIn(DesignDocuments),
            ListingKind.LocalDocuments => null,
            _ => database.DocumentCount,
        };
        var rows = new ListingRows(stream.Buffer);
        rows.Begin(total, offset: null, options.UpdateSequence ? (database, null) : null);
        var documents = options.IncludeDocs ? new IncludedDocument(stream, database, options.Members, cancellation) : null;
        var first = (int)Math.Min(options.Skip, keys.Count);
        var count = (int)Math.Min(options.Limit, keys.Count - first);
        for (var i = first; i < first + count; i++)
        {
            var key = keys[options.Descending ? keys.Count - 1 - i : i];
            var id = IdOf(key);
            if (!BelongsTo(kind, key, id))
            {
                continue;
            }

            if (id is null)
            {
                rows.Missing(key);
            }
            else if (id.StartsWith("_local/", StringComparison.Ordinal))
            {
                WriteLocal(stream, rows, key, database.FindLocal(id), options);
            }
            else
            {
                await WriteAsync(rows, key, id.Length == 0 ? null : database.Find(id), documents);
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

    private static void WriteLocal(ResponseStream stream, ListingRows rows, NormalJson key, LocalDocument? document, ListingOptions options)
    {
        if (document is null)
        {
            rows.Missing(key);
            return;
        }

        rows.BeginLocalRow(document);
        if (options.IncludeDocs)
        {
            IncludedDocument.WriteLocal(stream.Buffer, document);
        }

        rows.EndRow();
    }

    private static bool BelongsTo(ListingKind kind, NormalJson key, string? id) => kind switch
    {
        ListingKind.DesignDocuments => key.IsText && id!.StartsWith("_design/", StringComparison.Ordinal),
        ListingKind.LocalDocuments => key.IsText && id!.StartsWith("_local/", StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>The id that a key stands for. To CouchDB an array of texts and bytes is a text in pieces.</summary>
    private static string? IdOf(NormalJson key)
    {
        if (key.IsText)
        {
            return key.Text();
        }

        if (!key.IsArray)
        {
            return null;
        }

        var bytes = new List<byte>();
        return TryJoin(key, bytes, depth: 0) ? Encoding.UTF8.GetString([.. bytes]) : null;
    }

    private static bool TryJoin(NormalJson pieces, List<byte> bytes, int depth)
    {
        foreach (var piece in pieces.Elements())
        {
            if (piece.IsText)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(piece.Text()));
            }
            else if (piece.IsArray)
            {
                if (depth == 16 || !TryJoin(piece, bytes, depth + 1))
                {
                    return false;
                }
            }
            else if (byte.TryParse(piece.Utf8.Span, out var value))
            {
                bytes.Add(value);
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
