using System.Net;
using System.Text;

namespace CloudWall.Server.Tests.Endpoints.Attachments;

public sealed class AttachmentTests
{
    /// <summary>
    /// Review, F13 and F18: a type is kept as it came, also where it says nothing or more than ASCII, so that the revision is the same.
    /// </summary>
    [Theory]
    [InlineData("", "1-599d942f0a22f28cd5047f35cd589fb0")]
    [InlineData("text/\u00e9; a=\u00fc", "1-676058e5953d46bd2e1c0d84ad1b9122")]
    public async Task A_type_is_kept_as_it_came(string type, string revision)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        var written = await node.SendAsync("PUT", "/db/a/f", "hi", "admin:pass", "Content-Type: " + type);
        Assert.Contains(revision, System.Text.Encoding.UTF8.GetString(written.Body), StringComparison.Ordinal);
        Assert.Equal(type, (await node.SendAsync("GET", "/db/a/f")).Header("Content-Type"));
        var inline = $$"""{"content_type":"{{type}}","data":"aGk="}""";
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/b", "{\"_attachments\":{\"f\":" + inline + "}}")).Status);
        Assert.Equal(type, (await node.SendAsync("GET", "/db/b/f")).Header("Content-Type"));
    }

    [Fact]
    public async Task A_large_attachment_comes_back_whole_and_in_ranges()
    {
        await using var node = await InProcessNode.StartAsync();
        var bytes = new byte[1_000_001];
        new Random(3).NextBytes(bytes);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/a/f", InProcessNode.Content("a/b", bytes))).Status);
        var whole = await node.GetAsync("/db/a/f");
        Assert.Equal(bytes, whole.Bytes);
        Assert.Equal("bytes", whole.Header("Accept-Ranges"));
        var range = await node.GetAsync("/db/a/f", "Range: bytes=131070-262150");
        Assert.Equal(206, range.Status);
        Assert.Equal("bytes 131070-262150/1000001", range.Header("Content-Range"));
        Assert.Equal(bytes[131070..262151], range.Bytes);
        Assert.Equal("1000001", (await node.SendAsync("HEAD", "/db/a/f")).Header("Content-Length"));
    }

    [Fact]
    public async Task An_upload_need_not_say_how_long_it_is()
    {
        await using var node = await InProcessNode.StartAsync();
        using var content = new UnknownLength("hello "u8.ToArray(), 50_000);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/a/f", content)).Status);
        Assert.Equal(300_000, (await node.GetAsync("/db/a/f")).Bytes.Length);
    }

    [Fact]
    public async Task Text_is_sent_as_it_is_stored_to_those_who_take_that()
    {
        await using var node = await InProcessNode.StartAsync();
        var text = string.Concat(Enumerable.Repeat("so many words, so few letters. ", 10_000));
        await node.SendAsync("PUT", "/db/a/f", InProcessNode.Content("text/plain", Encoding.UTF8.GetBytes(text)));
        Assert.Equal(text, (await node.GetAsync("/db/a/f")).Text);
        var packed = await node.GetAsync("/db/a/f", "Accept-Encoding: gzip");
        Assert.Equal("gzip", packed.Header("Content-Encoding"));
        Assert.InRange(packed.Bytes.Length, 1, text.Length / 20);
        Assert.Equal(406, (await node.GetAsync("/db/a/f", "Accept-Encoding: identity;q=0")).Status);
    }

    [Theory]
    [InlineData("PUT", "/db/a/_f", 400, "bad_request")]
    [InlineData("PUT", "/db/a/%ff", 400, "bad_request")]
    [InlineData("PUT", "/db/_nope/f", 400, "illegal_docid")]
    [InlineData("PUT", "/db/a/f?rev=9-a", 409, "not_found")]
    [InlineData("PUT", "/db/a/f?rev=x", 400, "bad_request")]
    [InlineData("PUT", "/db/a/f", 409, "conflict")]
    [InlineData("PUT", "/db/_local/a/f", 400, "bad_request")]
    [InlineData("DELETE", "/db/a/f", 404, "not_found")]
    [InlineData("DELETE", "/db/new/f", 404, "not_found")]
    [InlineData("GET", "/db/a/f", 404, "not_found")]
    [InlineData("GET", "/db/new/f", 404, "not_found")]
    [InlineData("POST", "/db/a/f", 405, "method_not_allowed")]
    public async Task What_cannot_be_done_is_refused_and_changes_nothing(string method, string path, int status, string error)
    {
        await using var node = await InProcessNode.StartAsync();
        await node.PutAsync("/db/a", "{}");
        var answer = await node.SendAsync(method, path, method == "PUT" ? InProcessNode.Content("a/b", [1]) : null);
        Assert.Equal(status, answer.Status);
        Assert.StartsWith($"{{\"error\":\"{error}\",\"reason\":", answer.Text, StringComparison.Ordinal);
        Assert.Equal(1, node.Database.UpdateSequence);
    }

    [Fact]
    public async Task An_attachment_larger_than_the_limit_is_refused_by_its_name()
    {
        await using var node = await InProcessNode.StartAsync(("couchdb", "max_attachment_size", "10"));
        var announced = await node.SendAsync("PUT", "/db/a/f", InProcessNode.Content("a/b", new byte[11]));
        Assert.Equal(413, announced.Status);
        using var unannounced = new UnknownLength(new byte[5], 3);
        Assert.Equal("{\"error\":\"attachment_too_large\",\"reason\":\"f\"}\n", (await node.SendAsync("PUT", "/db/a/f", unannounced)).Text);
        var inline = await node.PutAsync("/db/a", "{\"_attachments\":{\"f\":{\"data\":\"AAAAAAAAAAAAAAAAAAAA\"}}}");
        Assert.Equal("{\"error\":\"attachment_too_large\",\"reason\":\"f\"}\n", inline.Text);
        Assert.Equal(0, node.Database.UpdateSequence);
    }

    [Fact]
    public async Task A_content_type_adds_no_headers()
    {
        await using var node = await InProcessNode.StartAsync();
        await node.PutAsync("/db/a", "{\"_attachments\":{\"f\":{\"data\":\"AA==\",\"content_type\":\"a/b\\r\\nX-Evil: é\"}}}");
        var got = await node.GetAsync("/db/a/f");
        Assert.Equal(200, got.Status);
        Assert.Null(got.Header("X-Evil"));
        Assert.Equal("sandbox", got.Header("Content-Security-Policy"));
    }

    private sealed class UnknownLength(byte[] piece, int times) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < times; i++)
            {
                await stream.WriteAsync(piece);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
