using System.Security.Cryptography;
using System.Text.Json;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Attachments;

public sealed class CompressedAttachmentGoldenTests
{
    [Theory]
    [InlineData("compressed", 17)]
    [InlineData("compressed-prose", 3)]
    [InlineData("names", 4)]
    public void Attachments_that_were_put_give_the_revisions_that_CouchDB_gave(string name, int expected)
    {
        var compared = 0;
        foreach (var exchange in GoldenScenario.Read("attachments").Single(s => s.Name == name).Exchanges())
        {
            var path = exchange.Path.Split('/');
            if (exchange.Method != "PUT" || path.Length < 4 || exchange.Member("rev") is not { } rev || !rev.StartsWith("1-", StringComparison.Ordinal))
            {
                continue;
            }

            var headers = exchange.Request.TryGetProperty("headers", out var given) ? given : default;
            var type = Header(headers, "content-type") ?? "application/octet-stream";
            var attachment = Uri.UnescapeDataString(string.Join('/', path[3..]));
            var stored = exchange.Body ?? [];
            if (CompressibleTypes.Default.Matches(type) && Header(headers, "content-encoding") != "gzip")
            {
                stored = CouchGzipStream.Compress(stored);
            }

            var revision = RevisionHash.Compute(
                false, default, JsonNormalForm.ToTerm("{}"u8), [new HashedAttachment(attachment, type, MD5.HashData(stored))]);
            Assert.True(rev == revision.ToString(), exchange.Path);
            compared++;
        }

        Assert.Equal(expected, compared);
    }

    [Fact]
    public void Inline_text_gives_the_revision_that_CouchDB_gave()
    {
        var document = DocumentParser.Parse(
            """{"_attachments":{"a.txt":{"content_type":"text/plain","data":"aW5saW5lIHRleHQ="}}}"""u8, DocumentLimits.Default);
        var attachment = Assert.Single(document.Attachments);
        var md5 = MD5.HashData(CouchGzipStream.Compress(attachment.Data!.Value.Span));
        var revision = RevisionHash.Compute(
            false, default, document.Term.Span, [new HashedAttachment(attachment.Name, attachment.ContentType, md5)]);
        Assert.Equal("1-07ea905a135ace8d018dfbbbaeab7407", revision.ToString());
    }

    [Theory]
    [InlineData("text/plain", true)]
    [InlineData("TEXT/html; charset=utf-8", true)]
    [InlineData(" text/css ", true)]
    [InlineData("text/", true)]
    [InlineData("text", false)]
    [InlineData("application/json", true)]
    [InlineData("application/json ; charset=utf-8", true)]
    [InlineData("application/jsonx", false)]
    [InlineData("application/javascript;x", true)]
    [InlineData("application/xhtml+xml", false)]
    [InlineData("image/svg+xml", false)]
    [InlineData("text/a\nb", false)]
    [InlineData("", false)]
    public void The_types_that_CouchDB_compresses_by_default_match(string type, bool expected) =>
        Assert.Equal(expected, CompressibleTypes.Default.Matches(type));

    [Theory]
    [InlineData("*/xml", "a/xml;q", true)]
    [InlineData("*/xml", "a/xmls", false)]
    [InlineData("", "text/plain", false)]
    [InlineData(" , image/bmp,", "image/BMP", true)]
    public void Other_types_can_be_set(string setting, string type, bool expected) =>
        Assert.Equal(expected, new CompressibleTypes(setting).Matches(type));

    private static string? Header(JsonElement headers, string name) =>
        headers.ValueKind == JsonValueKind.Object && headers.TryGetProperty(name, out var value) ? value.GetString() : null;
}
