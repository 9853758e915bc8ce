
namespace CloudWall.Server.Endpoints.Listings;

/// <summary>Which documents a listing is about.</summary>
internal enum ListingKind
{
    /// <summary><c>_all_docs</c>.</summary>
    AllDocuments,

    /// <summary><c>_design_docs</c>.</summary>
    DesignDocuments,

    /// <summary><c>_local_docs</c>.</summary>
    LocalDocuments,
}
