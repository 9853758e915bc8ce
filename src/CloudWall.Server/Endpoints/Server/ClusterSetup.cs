using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Node.Configuration;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary>
/// <c>/_cluster_setup</c>: what set-up scripts ask of a new CouchDB (its documentation: "Cluster Setup"). A node is set up when it
/// starts. It takes an admin and databases from such a request. Addresses and ports are for files alone, so it leaves them as they are.
/// </summary>
/// <param name="databases">The databases.</param>
/// <param name="configuration">The settings.</param>
/// <param name="isSingleNode"><c>[couchdb] single_node</c>.</param>
internal sealed class ClusterSetup(DatabaseCatalogue databases, NodeConfiguration configuration, bool isSingleNode)
{
    private static readonly string[] SystemDatabases = ["_users", "_replicator"];

    /// <summary>GET.</summary>
    public Task Show(Exchange exchange) => exchange.WriteJsonAsync(
        200, isSingleNode ? "{\"state\":\"single_node_enabled\"}"u8 : "{\"state\":\"single_node_disabled\"}"u8);

    /// <summary>POST of an <c>action</c>.</summary>
    public async Task Act(Exchange exchange)
    {
        exchange.RequireJson();
        var request = await exchange.ReadObjectAsync();
        var wanted = Wanted(request);
        switch (Text(request, "action"u8) ?? "missing")
        {
            case "finish_cluster":
                if (Array.TrueForAll(wanted, name => databases.Find(name) is not null))
                {
                    throw HttpErrors.BadRequest("Cluster is already finished");
                }

                await CreateDatabasesAsync(wanted, exchange.Aborted);
                break;
            case "enable_single_node":
                await CreateDatabasesAsync(wanted, exchange.Aborted);
                await SetAdminAsync(exchange, request);
                break;
            case "enable_cluster" when IsAlone(request):
                await SetAdminAsync(exchange, request);
                break;
            case "enable_cluster" or "add_node" or "remove_node" or "receive_cookie":
                throw HttpErrors.BadRequest("This is a single node. Nodes replicate with each other; they form no cluster.");
            default:
                throw HttpErrors.BadRequest("Invalid Action'");
        }

        await exchange.WriteOkAsync(201);
    }

    /// <summary>Whether a cluster is to have this node alone.</summary>
    private static bool IsAlone(NormalJson request) =>
        request.Member("remote_node"u8) is null
        && request.Member("node_count"u8) is { } count && (count.IsText ? count.Text() == "1" : count.Utf8.Span.SequenceEqual("1"u8));

    private static string[] Wanted(NormalJson request)
    {
        if (request.Member("ensure_dbs_exist"u8) is not { } names)
        {
            return SystemDatabases;
        }

        return names.IsArray && names.Elements() is var list && list.TrueForAll(static name => name.IsText)
            ? [.. list.Select(static name => name.Text())]
            : throw HttpErrors.BadRequest("`ensure_dbs_exist` must be a list of names");
    }

    private static string? Text(NormalJson request, ReadOnlySpan<byte> name) => request.Member(name) switch
    {
        null => null,
        { IsText: true } text => text.Text(),
        _ => throw HttpErrors.BadRequest("`action`, `username` and `password` must be strings"),
    };

    private async Task SetAdminAsync(Exchange exchange, NormalJson request)
    {
        var name = Text(request, "username"u8);
        var password = Text(request, "password_hash"u8) ?? Text(request, "password"u8);
        if (name is not null || password is not null)
        {
            if (string.IsNullOrEmpty(name) || string.IsNullOrEmpty(password))
            {
                throw HttpErrors.BadRequest("`username` and `password` must not be empty");
            }

            await configuration.SetAsync(
                LocalSettings.AdminSection, name, password, persist: true, exchange.Principal.Name ?? "an admin", exchange.Aborted);
        }
    }

    private async Task CreateDatabasesAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        foreach (var name in names)
        {
            try
            {
                await databases.CreateAsync(name, new DatabaseOptions(), cancellation);
            }
            catch (DocumentException exists) when (exists.Error.Status == 412)
            {
                // That is what was asked for.
            }
        }
    }
}
