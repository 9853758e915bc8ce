namespace CloudWall.Storage;

/// <summary>Where an engine keeps the data of a node, and how many files it may hold open.</summary>
public sealed record StorageOptions
{
    /// <summary>The least that <see cref="MaxOpenFiles"/> and <see cref="MaxDerivedFiles"/> may be.</summary>
    public const int FewestOpenFiles = 20;

    /// <summary>The directory of the documents' store. An engine that keeps nothing on this machine's disk ignores it.</summary>
    public required string Directory { get; init; }

    /// <summary>The directory of the store of derived data.</summary>
    public required string DerivedDirectory { get; init; }

    /// <summary>
    /// A file beside the store that says which commits have been synced, so that missing ones are noticed
    /// (<see cref="StorageEngine.Loss"/>). Null for none.
    /// </summary>
    public string? MarkFile { get; init; }

    /// <summary>How many files the documents' store may hold open. 512.</summary>
    public int MaxOpenFiles { get; init; } = 512;

    /// <summary>How many files the store of derived data may hold open. 512.</summary>
    public int MaxDerivedFiles { get; init; } = 512;
}
