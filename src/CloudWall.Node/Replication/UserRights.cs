using CloudWall.Access;
using CloudWall.Access.Databases;
using CloudWall.Access.Users;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Peers;

namespace CloudWall.Node.Replication;

/// <summary>The rights of the user who made a replication, by <c>_security</c> as it is at each moment.</summary>
/// <param name="find">Finds the user; null where there is none any more.</param>
internal sealed class UserRights(Func<UserContext?> find) : LocalRights
{
    private static readonly DocumentError Gone = new(403, "forbidden", "The owner of this replication has no account on this node.");

    private static readonly DocumentError ForAdmins = new(
        403, "forbidden", "Only server admins replicate databases of users and of replications.");

    /// <summary>The user now. Nobody has the rights of one whose account is gone.</summary>
    public UserContext User => find() ?? Principal.Anonymous.Context;

    /// <inheritdoc/>
    public override bool MayCreate => User.IsAdmin;

    /// <inheritdoc/>
    public override DocumentError? Refuse(Database database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return find() is not { } user ? Gone
            : user.IsAdmin ? null
            : UserDatabase.IsOne(database.Name) || ReplicatorDocument.IsReplicator(database.Name) ? ForAdmins
            : DatabasePermissions.Of(database).Refuse(user, Audience.Members);
    }

    /// <inheritdoc/>
    public override Writer WriterOf(Database database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return User.Writer(database.Name, WriteWays.Replication);
    }
}
