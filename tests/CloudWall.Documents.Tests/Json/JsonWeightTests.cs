using System.Text;
using CloudWall.Documents.Json;

namespace CloudWall.Documents.Tests.Json;

/// <summary>Review, attack 4: what reading takes is reserved before, and that must be no less than it takes.</summary>
public sealed class JsonWeightTests
{
    private const int Length = 2_000_000;

    public static TheoryData<string, string, string> Texts => new()
    {
        { "{\"a\":[", "1,", "1]}" },
        { "{\"a\":[", "1e20,", "1]}" },
        { "{\"a\":[", "1e1,", "1]}" },
        { "{\"a\":[", "1E-300,", "1]}" },
        { "{\"a\":[", "0.5,", "1]}" },
        { "{\"a\":[", "123456789012,", "1]}" },
        { "{\"a\":[", "{},", "1]}" },
        { "{\"a\":[", "[],", "1]}" },
        { "{\"a\":[", "[[[1]]],", "1]}" },
        { "{\"a\":[", "\"\",", "1]}" },
        { "{\"a\":[", "\"\\u0001\\n\\ud83d\\ude00\",", "1]}" },
        { "{\"a\":[", "{\"\":\"\"},", "1]}" },
        { "{\"a\":[", "{\"x\":true,\"y\":null,\"z\":[false]},", "1]}" },
        { "{\"a\":\"", "the quick brown fox jumps over the lazy dog, ", "\"}" },
        { "{\"a\":1, ", "  \n\t ", "\"b\":2}" },
        { "{", "\"_id\":\"x\",", "\"a\":1}" },
        { "{", "\"a\":1,", "\"b\":1}" },
        { "{", "\"#\":1,", "\"b\":1}" },
        { "{", "\"#\":1e20,", "\"b\":1}" },
        { "{\"\\u005fattachments\":{", "\"#\":{\"data\":\"\"},", "\"b\":{\"data\":\"\"}}}" },
        { "{\"_attachments\":{", "\"#\":{\"data\":\"\"},", "\"b\":{\"data\":\"\"}}}" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_document_takes_no_more_than_is_reserved_for_it(string begin, string unit, string end)
    {
        var json = Text(begin, unit, end);
        var limits = new DocumentLimits { MaxDocumentSize = long.MaxValue };
        var document = DocumentParser.Parse(json, limits);
        var held = document.Body.Length + document.Term.Length + json.Length;

        // All that is allocated, also what was dropped on the way; what a thread keeps for the next document is not part of it.
        var before = GC.GetAllocatedBytesForCurrentThread();
        document = DocumentParser.Parse(json, limits);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before + json.Length;
        Assert.InRange(new JsonWeight(json).OfDocument, Math.Max(held, taken - (1 << 20)), 40L * json.Length);
        Assert.NotNull(document);
    }

    private static byte[] Text(string begin, string unit, string end)
    {
        var text = new StringBuilder(begin);
        for (var i = 0; text.Length < Length; i++)
        {
            text.Append(unit.Replace("#", i.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }

        return Encoding.UTF8.GetBytes(text.Append(end).ToString());
    }
}
