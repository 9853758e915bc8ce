namespace CloudWall.Access;

/// <summary>Whom a route answers.</summary>
public enum Audience
{
    /// <summary>Everyone.</summary>
    Anyone,

    /// <summary>Server admins.</summary>
    Admins,

    /// <summary>Those who may read the database in the path, which must exist: the kernel has looked it up.</summary>
    Members,
}
