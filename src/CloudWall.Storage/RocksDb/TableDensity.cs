using System.Globalization;

namespace CloudWall.Storage.RocksDb;

/// <summary>Computes how densely tables are packed from the engine's table properties.</summary>
internal static class TableDensity
{
    /// <summary>Bytes of blocks for each byte of keys and values; 1 if there are none.</summary>
    public static double Of(string properties)
    {
        // The format is "name=number; name=number; …". Names of blocks have details in brackets.
        double entries = 0;
        double blocks = 0;
        foreach (var property in properties.Split(';', StringSplitOptions.TrimEntries))
        {
            var end = property.LastIndexOf('=');
            if (end < 0 || !long.TryParse(property.AsSpan(end + 1), CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            var name = property.AsSpan(0, end);
            if (name is "raw key size" or "raw value size")
            {
                entries += number;
            }
            else if (name is "data block size" or "filter block size" || name.StartsWith("index block size", StringComparison.Ordinal))
            {
                blocks += number;
            }
        }

        return entries > 0 ? blocks / entries : 1;
    }
}
