using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Node.Configuration;

namespace CloudWall.Node;

/// <summary>The databases that a node has from its start: <c>_users</c> and <c>_replicator</c>.</summary>
internal static class SystemDatabases
{
    private static readonly string[] Names = ["_users", "_replicator"];

    /// <summary>Makes those that are missing, where <c>[couchdb] single_node</c> says so.</summary>
    /// <param name="databases">The databases of the node.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="warn">Logs what fails.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task CreateAsync(
        DatabaseCatalogue databases, NodeSettings settings, Action<string> warn, CancellationToken cancellation)
    {
        foreach (var name in Names)
        {
            if (!settings.SingleNode || databases.Find(name) is not null)
            {
                continue;
            }

            try
            {
                await databases.CreateAsync(name, new DatabaseOptions(), cancellation);
            }
            catch (DocumentException refused)
            {
                warn($"The database {name} could not be made: {refused.Error.Reason}");
            }
        }
    }
}
