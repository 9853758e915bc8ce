using CloudWall.Documents;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>The revision that a write is about: in the document, as <c>rev</c>, or in <c>If-Match</c>. Where given twice, they must agree.</summary>
internal static class RequestedRevision
{
    /// <summary>Finds the revision.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="inDocument">The one that the document names, if it does.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="DocumentException">400: one is no revision, or they differ.</exception>
    public static RevisionId? Resolve(Exchange exchange, RevisionId? inDocument)
    {
        var revision = inDocument;
        if (exchange.Query["rev"] is { } text)
        {
            var parameter = DocumentQuery.ParseRevision(text);
            if (inDocument is { } other && other != parameter)
            {
                throw HttpErrors.BadRequest("Document rev from request body and query string have different values");
            }

            revision = parameter;
        }

        if (exchange.RequestHeaders.IfMatch is { Count: > 0 } header)
        {
            var match = DocumentQuery.ParseRevision(header.ToString().Trim('"'));
            if (revision is { } other && other != match)
            {
                throw HttpErrors.BadRequest("Document rev and etag have different values");
            }

            revision = match;
        }

        return revision;
    }
}
