using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace CloudWall.Indexing.Collation;

/// <summary>
/// What the keys of a partitioned index begin with: the partition, which is the part of a document's id before the first colon. Partitions
/// have the order of strings; those of equal order are told apart by their bytes. None is the prefix of another.
/// </summary>
internal static class PartitionKey
{
    /// <summary>A longer one is replaced by its hash, so that keys stay short. Such partitions come last.</summary>
    private const int Longest = 256;

    /// <summary>Appends the partition of a document.</summary>
    /// <param name="id">The document's id as UTF-8.</param>
    /// <param name="output">Receives the bytes.</param>
    public static void WriteOf(ReadOnlySpan<byte> id, IBufferWriter<byte> output) =>
        Write(id.IndexOf((byte)':') is >= 0 and var colon ? id[..colon] : id, output);

    /// <summary>The beginning of all keys of a partition; nothing where there is none.</summary>
    public static byte[] Of(string? partition)
    {
        if (partition is null)
        {
            return [];
        }

        var output = new ArrayBufferWriter<byte>();
        Write(Encoding.UTF8.GetBytes(partition), output);
        return output.WrittenSpan.ToArray();
    }

    private static void Write(ReadOnlySpan<byte> partition, IBufferWriter<byte> output)
    {
        var collated = StringCollation.SortKey(Encoding.UTF8.GetString(partition));
        if (collated.Length + partition.Length > Longest)
        {
            output.Write<byte>([0xFF, .. SHA256.HashData(partition)]);
            return;
        }

        output.Write(collated);
        output.Write<byte>([0]);

        // A zero is written as 00 FF, and 00 01 ends the bytes.
        foreach (var value in partition)
        {
            output.Write<byte>(value == 0 ? [0, 0xFF] : [value]);
        }

        output.Write<byte>([0, 1]);
    }
}
