namespace CloudWall.Access;

/// <summary>Who may use a route.</summary>
public enum Audience
{
    /// <summary>Everyone.</summary>
    Anyone,

    /// <summary>Whoever has signed in.</summary>
    Users,

    /// <summary>Server admins, and users with the role <c>_metrics</c>.</summary>
    Metrics,

    /// <summary>Server admins.</summary>
    Admins,

    /// <summary>Server admins, or everyone where <c>[chttpd] admin_only_all_dbs</c> is false.</summary>
    DatabaseLists,

    /// <summary>Members of the database in the path. The kernel has looked it up, so it exists.</summary>
    Members,

    /// <summary>Admins of the database in the path.</summary>
    DatabaseAdmins,

    /// <summary>Admins of the database in the path, in CouchDB's words for its upkeep: 401 for everyone else.</summary>
    DatabaseKeepers,

    /// <summary>Server admins, for a route of a database: without them 401 comes before 404.</summary>
    DatabaseOwners,
}
