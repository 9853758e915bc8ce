using System.Globalization;
using System.Text;

namespace CloudWall.Load.Works;

/// <summary>The documents that are written: orders of about 300 bytes, or 1 KiB.</summary>
internal static class Samples
{
    private static readonly string[] Names = ["Amélie Noël", "Björn Ågren", "Chen Wei", "Dana Kovács", "Eiji Sato", "Fatima Zahra", "Grace O'Neil"];

    public static string Id(int i) => "d" + i.ToString("D8", CultureInfo.InvariantCulture);

    /// <summary>A document of about 300 bytes.</summary>
    public static string Document(string id, int i, string? revision = null, string? padding = null)
    {
        var text = new StringBuilder(400);
        text.Append(CultureInfo.InvariantCulture, $"{{\"_id\":\"{id}\",");
        if (revision is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"\"_rev\":\"{revision}\",");
        }

        text.Append(CultureInfo.InvariantCulture, $"\"type\":\"order\",\"number\":{i},\"customer\":\"{Names[i % Names.Length]}\",\"paid\":{(i % 3 == 0 ? "true" : "false")},");
        text.Append(CultureInfo.InvariantCulture, $"\"total\":{i % 1000}.{i % 90 + 10},\"date\":\"2026-0{i % 9 + 1}-1{i % 10}T12:00:00Z\",\"lines\":[");
        for (var line = 0; line < 2; line++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(line == 0 ? "" : ",")}{{\"sku\":\"A-{(i * 7) + line}\",\"quantity\":{line + 1},\"price\":{i % 100}.5}}");
        }

        text.Append(CultureInfo.InvariantCulture, $"],\"note\":\"{i * 2654435761L % 1000000007} {padding}\"}}");
        return text.ToString();
    }

    /// <summary>A document of 1 KiB.</summary>
    public static string Kilobyte(string id, int i)
    {
        var bare = Encoding.UTF8.GetByteCount(Document(id, i, null, string.Empty));
        return Document(id, i, null, new string('x', Math.Max(0, 1024 - bare)));
    }

    /// <summary>A body of <c>_bulk_docs</c>.</summary>
    public static byte[] Batch(IEnumerable<string> documents) => Encoding.UTF8.GetBytes($"{{\"docs\":[{string.Join(',', documents)}]}}");
}
