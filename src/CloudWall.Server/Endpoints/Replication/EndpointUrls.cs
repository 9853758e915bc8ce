using CloudWall.Replication.Requests;

namespace CloudWall.Server.Endpoints.Replication;

/// <summary>The ends of replications as URLs, for people.</summary>
/// <param name="ofLocal">The URL of a database of this node.</param>
internal sealed class EndpointUrls(Func<string, string> ofLocal)
{
    /// <summary>An end as a URL without its password.</summary>
    public string Of(Endpoint endpoint) => endpoint.Address?.ToString() ?? ofLocal(endpoint.Name!);
}
