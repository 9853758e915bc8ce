namespace CloudWall.Mesh.Roster;

/// <summary>What bounds a roster, whoever writes into the database that carries it. All members must have the same bounds.</summary>
public static class RosterLimits
{
    /// <summary>Bytes of one statement.</summary>
    public const int MaxStatementBytes = 16 << 10;

    /// <summary>The highest number that a statement may have.</summary>
    public const int MaxNumber = 100_000;

    /// <summary>How many keys may ever have been members, those removed included.</summary>
    public const int MaxMembers = 256;

    /// <summary>How many statements of its signer a statement may follow: more than one where it ends a fork.</summary>
    public const int MaxPrevious = 8;

    /// <summary>How many statements of one signer with one number are kept.</summary>
    public const int MaxSiblings = 8;

    /// <summary>Bytes of all statements of one signer that are kept.</summary>
    public const int MaxSignerBytes = 8 << 20;

    /// <summary>Characters of a device's label, of a name, or of an address.</summary>
    public const int MaxTextLength = 256;

    /// <summary>How many addresses a member may say that it has.</summary>
    public const int MaxAddresses = 32;
}
