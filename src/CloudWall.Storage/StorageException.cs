namespace CloudWall.Storage;

/// <summary>The disk or the engine over it failed: an I/O error, a checksum that does not hold, a data directory that is in use.</summary>
public sealed class StorageException : IOException
{
    /// <summary>An unexplained failure.</summary>
    public StorageException()
    {
    }

    /// <summary>A failure with the engine's own words.</summary>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with the engine's own words and what caused it.</summary>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
