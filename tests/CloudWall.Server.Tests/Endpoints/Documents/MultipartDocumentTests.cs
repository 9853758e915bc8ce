using System.Buffers;
using System.Text;
using CloudWall.Documents.Multipart;
using CloudWall.Server.Http.Multipart;

namespace CloudWall.Server.Tests.Endpoints.Documents;

public sealed class MultipartDocumentTests
{
    private const string Type = "multipart/related; boundary=\"b\"";

    [Theory]
    [InlineData("\"length\":3", "\r\n--b\r\n\r\nabcd\r\n--b--", "attachment longer than expected")]
    [InlineData("\"length\":5", "\r\n--b\r\n\r\nabcd\r\n--b--", "attachment shorter than expected")]
    [InlineData("\"length\":\"4\"", "\r\n--b\r\n\r\nabcd\r\n--b--", "Invalid attachment length for f")]
    [InlineData("\"length\":4.0", "\r\n--b\r\n\r\nabcd\r\n--b--", "Invalid attachment length for f")]
    [InlineData("\"length\":4", "\r\n--b--", "The content of attachment f does not follow")]
    [InlineData("\"length\":4", "\r\n--b\r\n\r\nabc", "The multipart body ends before its last boundary")]
    [InlineData("\"length\":4", "\r\n--b\r\n\r\nabcd\r\n--b\r\n\r\n", "The multipart body ends before its last boundary")]
    [InlineData("\"digest\":\"md5-AAAAAAAAAAAAAAAAAAAAAA==\"", "\r\n--b\r\n\r\nabcd\r\n--b--", "The digest of attachment f is not that of its content")]
    public async Task Content_that_is_not_what_was_announced_is_refused_and_nothing_is_written(string announced, string rest, string reason)
    {
        await using var node = await InProcessNode.StartAsync();
        var answer = await PutAsync(node, $"{{\"_attachments\":{{\"f\":{{\"follows\":true,{announced}}}}}}}", rest);
        Assert.Equal(400, answer.Status);
        Assert.Contains("\"reason\":\"" + reason + "\"", answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, node.Database.UpdateSequence);
        Assert.Equal(404, (await node.GetAsync("/db/a")).Status);
    }

    [Theory]
    [InlineData("multipart/related; boundary=", "--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b--", 400)]
    [InlineData("multipart/related; boundary=\"b\"", "--b\r\nContent-Type: text/plain\r\n\r\n{}\r\n--b--", 415)]
    [InlineData("multipart/related; boundary=\"b\"", "--b--", 415)]
    [InlineData("multipart/related; boundary=\"b\"", "", 400)]
    [InlineData("multipart/related; boundary=\"b\"", "--b\r\nContent-Type: application/json\r\n\r\n{\r\n--b--", 400)]
    public async Task A_body_that_is_no_document_is_refused(string type, string body, int status)
    {
        await using var node = await InProcessNode.StartAsync();
        var answer = await node.SendAsync("PUT", "/db/a", InProcessNode.Content(type, Encoding.UTF8.GetBytes(body)));
        Assert.Equal(status, answer.Status);
        Assert.Equal(0, node.Database.UpdateSequence);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"length\":11")]
    [InlineData(",\"length\":99999999999999999999")]
    public async Task An_attachment_larger_than_the_limit_is_refused_by_its_name(string length)
    {
        await using var node = await InProcessNode.StartAsync(("couchdb", "max_attachment_size", "10"));
        var answer = await PutAsync(node, "{\"_attachments\":{\"f\":{\"follows\":true" + length + "}}}", "\r\n--b\r\n\r\n12345678901\r\n--b--");
        Assert.Equal(413, answer.Status);
        Assert.Equal("{\"error\":\"attachment_too_large\",\"reason\":\"f\"}\n", answer.Text);
    }

    [Fact]
    public async Task A_document_with_a_large_attachment_goes_both_ways_as_parts()
    {
        await using var node = await InProcessNode.StartAsync();
        var bytes = new byte[3_000_000];
        new Random(2).NextBytes(bytes);
        var json = "{\"n\":1,\"_attachments\":{\"text\":{\"content_type\":\"text/plain\",\"data\":\"aGVsbG8=\"},"
            + "\"big\":{\"follows\":true,\"content_type\":\"a/b\",\"length\":3000000}}}";
        byte[] body =
        [
            .. Encoding.UTF8.GetBytes("--b\r\nContent-Type: application/json\r\n\r\n" + json + "\r\n--b\r\n\r\n"),
            .. bytes,
            .. "\r\n--b--"u8,
        ];
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/a", InProcessNode.Content(Type, body))).Status);

        var got = await node.GetAsync("/db/a?attachments=true", "Accept: multipart/related");
        Assert.Equal(got.Bytes.Length, int.Parse(got.Header("Content-Length")!, System.Globalization.CultureInfo.InvariantCulture));
        var reader = new MultipartReader(new PiecewiseBytes(got.Bytes), Boundary.Of(HeaderValue.Parse(got.Header("Content-Type")!)));
        Assert.Equal("application/json", (await reader.ReadPartAsync(CancellationToken.None))!.RawContentType);
        Assert.Contains("\"follows\":true", Encoding.UTF8.GetString(await ReadAsync(reader)), StringComparison.Ordinal);
        Assert.Equal("gzip", (await reader.ReadPartAsync(CancellationToken.None))!.Find("content-encoding"));
        await ReadAsync(reader);
        Assert.Equal("big", (await reader.ReadPartAsync(CancellationToken.None))!.FileName);
        Assert.Equal(bytes, await ReadAsync(reader));
        Assert.Null(await reader.ReadPartAsync(CancellationToken.None));

        var inline = await node.GetAsync("/db/a?attachments=true", "Accept: application/json");
        Assert.Contains("\"data\":\"" + Convert.ToBase64String(bytes) + "\"", inline.Text, StringComparison.Ordinal);
        Assert.Contains("\"data\":\"aGVsbG8=\"", inline.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_node_sends_another_takes_with_the_same_revision()
    {
        await using var one = await InProcessNode.StartAsync();
        await using var other = await InProcessNode.StartAsync();
        await one.PutAsync("/db/a", "{\"_attachments\":{\"t\":{\"content_type\":\"text/plain\",\"data\":\"aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8=\"}}}");
        var sent = await one.GetAsync("/db/a?attachments=true&revs=true", "Accept: multipart/related");
        var taken = await other.SendAsync("PUT", "/db/a?new_edits=false", InProcessNode.Content(sent.Header("Content-Type")!, sent.Bytes));
        Assert.Equal(201, taken.Status);
        Assert.Equal((await one.GetAsync("/db/a")).Text, (await other.GetAsync("/db/a")).Text);
        Assert.Equal("hello hello hello hello hello", (await other.GetAsync("/db/a/t")).Text);
    }

    private static Task<InProcessNode.Answer> PutAsync(InProcessNode node, string json, string rest) => node.SendAsync(
        "PUT",
        "/db/a",
        InProcessNode.Content(Type, Encoding.UTF8.GetBytes("--b\r\nContent-Type: application/json\r\n\r\n" + json + rest)));

    private static async Task<byte[]> ReadAsync(MultipartReader reader)
    {
        var body = new ArrayBufferWriter<byte>();
        await reader.ReadWholeAsync(body, long.MaxValue, CancellationToken.None);
        return body.WrittenSpan.ToArray();
    }

    private sealed class PiecewiseBytes(byte[] bytes) : IByteSource
    {
        private int _at;

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
        {
            var piece = bytes.AsMemory(_at, Math.Min(50_000, bytes.Length - _at));
            _at += piece.Length;
            return ValueTask.FromResult<ReadOnlyMemory<byte>>(piece);
        }
    }
}
