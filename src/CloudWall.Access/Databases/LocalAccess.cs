using CloudWall.Access.Users;
using CloudWall.Documents;
using CloudWall.Documents.Databases;

namespace CloudWall.Access.Databases;

/// <summary>
/// Who writes local documents. No write rule sees them, so every way in that writes them asks here: in a users' database only its
/// admins do, because everyone else reaches the own account and nothing more.
/// </summary>
public static class LocalAccess
{
    /// <summary>Why a user may not write a local document; null where there is no reason.</summary>
    public static DocumentError? Refuse(Database database, UserContext user)
    {
        ArgumentNullException.ThrowIfNull(database);
        return UserDatabase.IsOne(database.Name) && !DatabasePermissions.Of(database).IsAdmin(user) ? DocumentError.Missing : null;
    }
}
