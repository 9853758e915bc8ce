namespace CloudWall.Mesh.Sync;

/// <summary>What this node lacks of another member's.</summary>
public enum PullState
{
    /// <summary>Nobody has found out yet.</summary>
    Unknown,

    /// <summary>Some of its databases have changed, and are being pulled.</summary>
    Behind,

    /// <summary>Nothing, at <see cref="PullStatus.At"/>.</summary>
    InStep,

    /// <summary>The member cannot be reached, or refuses.</summary>
    OutOfReach,

    /// <summary>It can be reached, but some databases cannot be pulled whole.</summary>
    Incomplete,
}
