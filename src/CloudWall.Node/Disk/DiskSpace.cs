namespace CloudWall.Node.Disk;

/// <summary>How full a disk is, in bytes.</summary>
/// <param name="Total">What it holds.</param>
/// <param name="Unused">What nobody uses, what is kept for the system's administrator included.</param>
/// <param name="Available">What the node may still use of that.</param>
public readonly record struct DiskSpace(long Total, long Unused, long Available)
{
    /// <summary>Percent in use, as df(1) shows it: of what users of the machine may use, rounded up.</summary>
    public int PercentUsed => Total - Unused + Available is > 0 and var usable ? (int)Math.Ceiling(100.0 * (Total - Unused) / usable) : 0;

    /// <summary>Asks the system for the disk that a directory is on.</summary>
    /// <exception cref="IOException">It cannot say.</exception>
    public static DiskSpace Of(string directory)
    {
        var drive = new DriveInfo(directory);
        return new DiskSpace(drive.TotalSize, drive.TotalFreeSpace, drive.AvailableFreeSpace);
    }
}
