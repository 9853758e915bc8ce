using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>Where documents are, for <c>Location</c>.</summary>
internal static class DocumentLocation
{
    /// <summary>The absolute URI of a document. Slashes in its id are escaped.</summary>
    public static string Of(Exchange exchange, string id) =>
        exchange.AbsoluteUri("/" + PercentEncoding.Encode(exchange.Database.Name) + "/" + PercentEncoding.Encode(id));

    /// <summary>The absolute URI of an attachment.</summary>
    public static string Of(Exchange exchange, string id, string attachment) => Of(exchange, id) + "/" + PercentEncoding.Encode(attachment);
}
