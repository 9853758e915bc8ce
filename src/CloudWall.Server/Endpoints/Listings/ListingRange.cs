using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>
/// The range of ids that a listing's keys stand for. Keys may be any JSON, and everything but a string comes before all ids.
/// </summary>
/// <param name="Ids">The range.</param>
/// <param name="IsEmpty">Whether no id can be in it.</param>
/// <param name="StartsAfterAll">Whether all documents come before its beginning, in the direction of reading.</param>
internal readonly record struct ListingRange(KeyRange Ids, bool IsEmpty, bool StartsAfterAll)
{
    private const string DesignStart = "_design/";
    private const string DesignEnd = "_design0";
    private const string LocalStart = "_local/";
    private const string LocalEnd = "_local0";

    /// <summary>The range of a listing.</summary>
    public static ListingRange Of(ListingKind kind, ListingOptions options)
    {
        var (low, high) = kind switch
        {
            ListingKind.DesignDocuments => (DesignStart, DesignEnd),
            ListingKind.LocalDocuments => (LocalStart, LocalEnd),
            _ => options.Partition is { } partition ? (partition + ":", partition + ";") : (null, null),
        };

        var start = options.StartKey is { } startKey ? TextOf(startKey) : options.StartDocumentId;
        var end = options.EndKey is { } endKey ? TextOf(endKey) : options.EndDocumentId;
        var startIsLowest = options.StartKey is not null && start is null;
        var endIsLowest = options.EndKey is not null && end is null;
        var descending = options.Descending;
        var ids = descending
            ? new KeyRange(Lower(start, high), Higher(end, low), options.InclusiveEnd, Descending: true)
            : new KeyRange(Higher(start, low), Lower(end, high), options.InclusiveEnd);
        return new ListingRange(ids, descending ? startIsLowest : endIsLowest, descending && startIsLowest);
    }

    private static string? TextOf(NormalJson key) => key.IsText ? key.Text() : null;

    private static string? Lower(string? key, string? limit) => key is null || limit is null
        ? key ?? limit
        : Utf8Order.Instance.Compare(key, limit) < 0 ? key : limit;

    private static string? Higher(string? key, string? limit) => key is null || limit is null
        ? key ?? limit
        : Utf8Order.Instance.Compare(key, limit) > 0 ? key : limit;
}
