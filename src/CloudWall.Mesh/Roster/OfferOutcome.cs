namespace CloudWall.Mesh.Roster;

/// <summary>What has become of a statement that somebody offered.</summary>
public enum OfferOutcome
{
    /// <summary>It is kept.</summary>
    Added,

    /// <summary>It was there.</summary>
    Known,

    /// <summary>It is one of another mesh.</summary>
    Foreign,

    /// <summary>Nobody who counts has vouched for its signer so far. Offer it again when somebody has.</summary>
    Stranger,

    /// <summary>Its signature is wrong.</summary>
    Forged,

    /// <summary>Its signer has said too much.</summary>
    TooMany,
}
