namespace CloudWall.Replication.Tests.Runs;

/// <summary>What is wrong with a document as it comes.</summary>
public enum Damage
{
    None,

    /// <summary>Its attachment has other bytes.</summary>
    Digest,

    /// <summary>Its attachment is too short.</summary>
    Length,

    /// <summary>Its attachment is not there.</summary>
    Missing,

    /// <summary>Whoever asks for its attachment is told of a failure.</summary>
    Unavailable,

    /// <summary>It is said to be missing itself.</summary>
    Gone,

    /// <summary>It is no JSON itself.</summary>
    Body,
}
