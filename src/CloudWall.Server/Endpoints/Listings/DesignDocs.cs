using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary><c>/{db}/_design_docs</c>: the design documents by id.</summary>
internal static class DesignDocs
{
    /// <summary>GET.</summary>
    public static Task Show(Exchange exchange) => Listing.ShowAsync(exchange, ListingKind.DesignDocuments);

    /// <summary>POST: the options are in the body.</summary>
    public static Task Query(Exchange exchange) => Listing.QueryAsync(exchange, ListingKind.DesignDocuments);

    /// <summary>POST to <c>/queries</c>: several listings at once.</summary>
    public static Task QueryMany(Exchange exchange) => Listing.QueryManyAsync(exchange, ListingKind.DesignDocuments);
}
