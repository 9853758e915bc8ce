namespace CloudWall.Access.Users;

/// <summary>Which databases users have of their own (CouchDB: <c>[couch_peruser]</c>).</summary>
/// <param name="IsEnabled"><c>enable</c>: whether there is a database for each user. False.</param>
/// <param name="DeletesDatabases"><c>delete_dbs</c>: whether it is deleted with its user. False.</param>
/// <param name="Prefix"><c>database_prefix</c>: what its name begins with.</param>
/// <param name="Shards"><c>q</c>: the number of shards that it reports.</param>
public sealed record PersonalDatabaseOptions(
    bool IsEnabled = false, bool DeletesDatabases = false, string Prefix = "userdb-", int Shards = 1);
