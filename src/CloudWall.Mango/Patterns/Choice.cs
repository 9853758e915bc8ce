namespace CloudWall.Mango.Patterns;

/// <summary>What decides about a conditional.</summary>
internal enum Choice
{
    /// <summary>A group has captured.</summary>
    Captured,

    /// <summary>A look around.</summary>
    Test,

    /// <summary>A group, or any, runs as a subroutine.</summary>
    Called,

    /// <summary>Never: the group only defines.</summary>
    Define,
}
