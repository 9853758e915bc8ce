namespace CloudWall.Access;

/// <summary>Who may use a route.</summary>
public enum Audience
{
    /// <summary>Everyone.</summary>
    Anyone,

    /// <summary>Server admins.</summary>
    Admins,

    /// <summary>Members of the database in the path. The kernel has looked it up, so it exists.</summary>
    Members,
}
