namespace CloudWall.Storage.RocksDb;

/// <summary>Why a store is not opened, for people.</summary>
internal static class OpeningFaults
{
    /// <summary>
    /// Without the file CURRENT the engine would take the directory for an empty one, and remove what is in it as left over.
    /// </summary>
    public static void RefuseWithoutCurrent(string directory)
    {
        try
        {
            if (File.Exists(Path.Combine(directory, "CURRENT")))
            {
                return;
            }

            foreach (var pattern in (ReadOnlySpan<string>)["*.sst", "*.blob"])
            {
                if (Directory.EnumerateFiles(directory, pattern).FirstOrDefault() is { } data)
                {
                    throw new StorageException(
                        Damaged(directory, $"the file CURRENT is missing, but there is data ({Path.GetFileName(data)})"));
                }
            }

            // A log of data that never came to a table. An empty one is what a crash of the very first start leaves.
            if (Directory.EnumerateFiles(directory, "*.log").FirstOrDefault(log => new FileInfo(log).Length > 0) is { } written)
            {
                throw new StorageException(
                    Damaged(directory, $"the file CURRENT is missing, but there is a log ({Path.GetFileName(written)})"));
            }
        }
        catch (Exception e) when (e is IOException and not StorageException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data directory {directory} cannot be read: {e.Message}", e);
        }
    }

    private static string Damaged(string directory, string fault) =>
        $"The data in {directory} is damaged and was not opened: {fault.TrimEnd('.')}. Put back what is missing, or all of it from a backup; "
        + "or begin with another directory, and replicate from those who have the data.";

    /// <summary>Says what the engine's words mean for whoever starts the node.</summary>
    public static string Explain(string directory, string message)
    {
        if (message.Contains("/LOCK", StringComparison.Ordinal) || message.Contains("lock hold by current process", StringComparison.Ordinal))
        {
            return $"The data directory {directory} is in use by another process, or cannot be locked: {message}";
        }

        if (message.Contains("Column families not opened", StringComparison.Ordinal))
        {
            return $"The data directory {directory} was written by a newer version: {message}";
        }

        return message.StartsWith("Corruption", StringComparison.Ordinal)
            ? Damaged(directory, message)
            : $"The data directory {directory} cannot be opened: {message}";
    }
}
