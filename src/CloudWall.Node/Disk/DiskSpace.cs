namespace CloudWall.Node.Disk;

/// <summary>The size and the use of a disk, in bytes.</summary>
/// <param name="Total">The capacity.</param>
/// <param name="Unused">The unused space, including the part reserved for the administrator.</param>
/// <param name="Available">The part of the unused space that the node may use.</param>
public readonly record struct DiskSpace(long Total, long Unused, long Available)
{
    /// <summary>The percentage in use, as df(1) shows it: relative to the space that users may use, rounded up.</summary>
    public int PercentUsed => Total - Unused + Available is > 0 and var usable ? (int)Math.Ceiling(100.0 * (Total - Unused) / usable) : 0;

    /// <summary>Measures the disk that has a directory.</summary>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static DiskSpace Of(string directory)
    {
        var drive = new DriveInfo(directory);
        return new DiskSpace(drive.TotalSize, drive.TotalFreeSpace, drive.AvailableFreeSpace);
    }
}
