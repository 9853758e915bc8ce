using System.Buffers.Binary;
using CloudWall.Storage;

namespace CloudWall.Node.Disk;

/// <summary>Describes the effect of a damaged file of the store.</summary>
public static class DamageReport
{
    /// <summary>A message for the log and for <c>--check</c>.</summary>
    /// <param name="table">The damaged file.</param>
    /// <param name="names">The names of databases by their number.</param>
    public static string Of(DamagedTable table, IReadOnlyDictionary<uint, string> names)
    {
        var concerned = names
            .Where(database => database.Key >= Number(table.First) && database.Key <= Number(table.Last))
            .Select(static database => database.Value)
            .Order(StringComparer.Ordinal);
        return $"The file {table.File} {table.Fault}: parts of {table.Space} of the databases {string.Join(", ", concerned)} cannot be "
            + "read. Restore it from a backup, or delete these databases and replicate them from a node that has the data.";
    }

    private static uint Number(ReadOnlyMemory<byte> key) => key.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(key.Span) : 0;
}
