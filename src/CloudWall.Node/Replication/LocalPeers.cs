using CloudWall.Access;
using CloudWall.Access.Users;
using CloudWall.Documents.Databases;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;

namespace CloudWall.Node.Replication;

/// <summary>Opens databases of this node as sides of replications, each with the rights of who made the replication.</summary>
/// <param name="databases">The databases.</param>
/// <param name="url">The URL of a database, for people.</param>
/// <param name="nodeId">The node's <c>uuid</c>.</param>
/// <param name="filter">Opens filters.</param>
/// <param name="accounts">The users.</param>
internal sealed class LocalPeers(
    Func<DatabaseCatalogue> databases, Func<string, string> url, string nodeId, LocalSourceFilter filter, UserAccounts accounts)
{
    /// <summary>Whether a name is that of a server admin.</summary>
    public bool IsAdmin(string name) => accounts.Find(name) is { } account && account.ByPassword.IsAdmin;

    /// <summary>Opens a database.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Who made the replication.</param>
    public LocalPeer Open(string name, ReplicationOptions options)
    {
        var rights = new UserRights(() => FindUser(options));
        return new LocalPeer(
            databases(), name, url(name), nodeId, rights, (database, selection) => filter.Open(database, rights.User, selection));
    }

    /// <summary>
    /// As whom a replication acts now; null where its owner has no account any more. Admins may choose somebody else in <c>user_ctx</c>.
    /// </summary>
    private UserContext? FindUser(ReplicationOptions options)
    {
        var chosen = options.User is { } given ? new UserContext(given.Name, given.Roles) : UserContext.Node;
        if (options.Owner is not { } owner)
        {
            return chosen;
        }

        return accounts.Find(owner) is not { HasConflicts: false, ByPassword: var principal } ? null
            : principal.IsAdmin ? chosen
            : principal.Context;
    }
}
