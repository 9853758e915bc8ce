using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary><c>/{db}/_local_docs</c>: the local documents by id.</summary>
internal static class LocalDocs
{
    /// <summary>GET.</summary>
    public static Task Show(Exchange exchange) => Listing.ShowAsync(exchange, ListingKind.LocalDocuments);

    /// <summary>POST: the options are in the body.</summary>
    public static Task Query(Exchange exchange) => Listing.QueryAsync(exchange, ListingKind.LocalDocuments);

    /// <summary>POST to <c>/queries</c>: several listings at once.</summary>
    public static Task QueryMany(Exchange exchange) => Listing.QueryManyAsync(exchange, ListingKind.LocalDocuments);
}
