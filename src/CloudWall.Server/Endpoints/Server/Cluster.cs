using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Collation;
using CloudWall.Node;
using CloudWall.Scripting.JavaScript;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary>What CouchDB tells about the nodes of a cluster, told of this one node.</summary>
internal sealed class Cluster(NodeIdentity identity)
{
    /// <summary>GET <c>/_membership</c>.</summary>
    public async Task Members(Exchange exchange)
    {
        using var json = new JsonBuffer();
        json.Raw("{\"all_nodes\":["u8).Text(identity.Name).Raw("],\"cluster_nodes\":["u8).Text(identity.Name).Raw("]}"u8);
        await exchange.WriteJsonAsync(200, json);
    }

    /// <summary>GET <c>/_node/{node}</c>, of which there is <c>_local</c> and its own name.</summary>
    public async Task ShowNode(Exchange exchange)
    {
        RequireThisNode(exchange, identity);
        using var json = new JsonBuffer();
        await exchange.WriteJsonAsync(200, json.Raw("{\"name\":"u8).Text(identity.Name).Raw("}"u8));
    }

    /// <summary>GET <c>/_node/{node}/_versions</c>.</summary>
    public async Task Versions(Exchange exchange)
    {
        RequireThisNode(exchange, identity);
        using var json = new JsonBuffer();
        json.Raw("{\"javascript_engine\":{\"name\":"u8).Text(JavaScriptFactory.Engine).Raw(",\"version\":"u8).Text(JavaScriptFactory.EngineVersion)
            .Raw("},\"erlang\":{\"version\":\"none\"},"u8)
            .Raw("\"collation_driver\":{\"name\":\"libicu\",\"collator_version\":"u8).Text(JsonCollation.CollatorVersion).Raw("}}"u8);
        await exchange.WriteJsonAsync(200, json);
    }

    /// <summary><c>/_node</c>.</summary>
    public static Task Incomplete(Exchange exchange) => throw HttpErrors.BadRequest("Incomplete path to _node request");

    /// <summary>Anything else below <c>/_node</c>.</summary>
    public Task Unknown(Exchange exchange)
    {
        RequireThisNode(exchange, identity);
        throw new DocumentException(DocumentError.Missing);
    }

    /// <summary>Refuses the name of another node.</summary>
    /// <exception cref="DocumentException">404.</exception>
    internal static void RequireThisNode(Exchange exchange, NodeIdentity identity)
    {
        var name = exchange.Target.Text(1);
        if (name != "_local" && name != identity.Name)
        {
            throw HttpErrors.NotFound("no such node: " + name);
        }
    }
}
