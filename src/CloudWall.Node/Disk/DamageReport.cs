using System.Buffers.Binary;
using CloudWall.Storage;

namespace CloudWall.Node.Disk;

/// <summary>Says in words what a damaged file of the store means.</summary>
public static class DamageReport
{
    /// <summary>A sentence for the log, and for <c>--check</c>.</summary>
    /// <param name="table">The file.</param>
    /// <param name="names">The names of databases by their number.</param>
    public static string Of(DamagedTable table, IReadOnlyDictionary<uint, string> names)
    {
        var concerned = names
            .Where(database => database.Key >= Number(table.First) && database.Key <= Number(table.Last))
            .Select(static database => database.Value)
            .Order(StringComparer.Ordinal);
        return $"The file {table.File} {table.Fault}: parts of {table.Space} of the databases {string.Join(", ", concerned)} cannot be read. "
            + "Put it back from a backup; or delete these databases, and replicate them from those who have the data.";
    }

    private static uint Number(ReadOnlyMemory<byte> key) => key.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(key.Span) : 0;
}
