using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Purge;

/// <summary><c>/{db}/_purge</c>: forgets revisions as if they had never been.</summary>
internal sealed class Purge(RequestMetrics metrics)
{
    /// <summary>POST: ids and the leaves of each that are to go.</summary>
    public async Task Apply(Exchange exchange)
    {
        metrics.CountPurgeRequest();
        exchange.RequireJson();
        var requests = ReadRequests(await exchange.ReadObjectAsync());
        if (requests.Count > exchange.Settings.MaxPurgedDocuments)
        {
            throw HttpErrors.BadRequest("Exceeded maximum number of documents.");
        }

        if (requests.Sum(static request => (long)request.Revisions.Count) > exchange.Settings.MaxPurgedRevisions)
        {
            throw HttpErrors.BadRequest("Exceeded maximum number of revisions.");
        }

        requests = requests.ConvertAll(static request => request with { Revisions = [.. request.Revisions.Distinct()] });
        metrics.CountPurges(requests.Count);
        IReadOnlyList<IReadOnlyList<RevisionId>> purged;
        try
        {
            purged = await exchange.Database.PurgeAsync(requests, exchange.Aborted);
        }
        catch
        {
            metrics.CountFailedPurges(requests.Count);
            throw;
        }

        using var json = new JsonBuffer();
        json.Raw("{\"purge_seq\":null,\"purged\":{"u8);
        for (var i = 0; i < requests.Count; i++)
        {
            json.Raw(i == 0 ? [] : ","u8).Text(requests[i].Id).Raw(":"u8).Revisions(purged[i]);
        }

        json.Raw("}}"u8);
        await exchange.WriteJsonAsync(201, json);
    }

    private static List<PurgeRequest> ReadRequests(NormalJson body)
    {
        var requests = new List<PurgeRequest>();
        foreach (var (id, list) in body.Members())
        {
            if (!list.IsArray)
            {
                throw HttpErrors.BadRequest("Invalid list of revisions");
            }

            var revisions = new List<RevisionId>();
            foreach (var element in list.Elements())
            {
                if (!element.IsText || !RevisionId.TryParse(Encoding.UTF8.GetBytes(element.Text()), out var revision))
                {
                    throw new DocumentException(DocumentError.InvalidRevision);
                }

                revisions.Add(revision);
            }

            requests.Add(new PurgeRequest(id, revisions));
        }

        return requests;
    }
}
