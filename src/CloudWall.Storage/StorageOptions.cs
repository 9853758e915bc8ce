namespace CloudWall.Storage;

/// <summary>Paths and open-file limits of a node's storage.</summary>
public sealed record StorageOptions
{
    /// <summary>The minimum of <see cref="MaxOpenFiles"/> and <see cref="MaxDerivedFiles"/>.</summary>
    public const int FewestOpenFiles = 20;

    /// <summary>The directory of the main store. An engine without local files ignores it.</summary>
    public required string Directory { get; init; }

    /// <summary>The directory of the store of derived data.</summary>
    public required string DerivedDirectory { get; init; }

    /// <summary>
    /// A file beside the store that records which commits were synced, to detect lost ones (<see cref="StorageEngine.Loss"/>). Null
    /// disables the detection.
    /// </summary>
    public string? MarkFile { get; init; }

    /// <summary>Maximum number of open files of the main store. 512.</summary>
    public int MaxOpenFiles { get; init; } = 512;

    /// <summary>Maximum number of open files of the derived store. 512.</summary>
    public int MaxDerivedFiles { get; init; } = 512;
}
