namespace CloudWall.Storage.RocksDb;

/// <summary>Explains to the administrator why a store cannot be opened.</summary>
internal static class OpeningFaults
{
    /// <summary>
    /// Refuses a directory that has data but no file CURRENT. The engine would take it for an empty store and delete its files as obsolete.
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

            // A non-empty log holds data that was not flushed to a table. A crash during the very first start leaves an empty one.
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
        $"The data in {directory} is damaged and was not opened: {fault.TrimEnd('.')}. "
        + "Restore the missing files or a backup; or start with another directory, and replicate the data from other nodes.";

    /// <summary>Translates the engine's message for whoever starts the node.</summary>
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
