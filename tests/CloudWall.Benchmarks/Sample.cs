using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CloudWall.Documents.Revisions;

namespace CloudWall.Benchmarks;

/// <summary>What the benchmarks work on.</summary>
internal static class Sample
{
    public static string Id(int i) => "d" + i.ToString("D8", CultureInfo.InvariantCulture);

    /// <summary>A document of about 300 bytes, or with a longer note of as many more.</summary>
    public static byte[] Document(int i, int padding = 0) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {"_id":"{{Id(i)}}","type":"order","number":{{i}},"customer":"Björn Ågren","paid":true,"total":{{i % 1000}}.25,"date":"2026-03-14T12:00:00Z","lines":[{"sku":"A-{{i * 7}}","quantity":1,"price":10.5},{"sku":"A-{{(i * 7) + 1}}","quantity":2,"price":99.5}],"note":"{{i * 2654435761L % 1000000007}} {{new string('x', padding)}}"}
        """));

    /// <summary>A revision of a generation; the same numbers make the same one.</summary>
    public static RevisionId Revision(int generation, int branch = 0)
    {
        Span<byte> hash = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(hash, unchecked(generation * (int)2654435761));
        BinaryPrimitives.WriteInt32BigEndian(hash[4..], branch);
        BinaryPrimitives.WriteInt32BigEndian(hash[12..], generation);
        return RevisionId.Parse($"{generation}-{Convert.ToHexStringLower(hash)}");
    }
}
