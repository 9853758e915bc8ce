using System.Text;
using CloudWall.Documents.Attachments;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Remote;

namespace CloudWall.Replication.Tests.Remote;

public sealed class MultipartDocumentTests
{
    [Fact]
    public async Task Parts_come_in_order_with_heads_that_say_what_they_are()
    {
        using var body = new MultipartDocument("{}"u8.ToArray(), [Attachment("a \"quoted\"", "ä", "text/plain"), Attachment("b", "", "x/y; q=\"é\"")], "cut", false, CancellationToken.None);

        Assert.Equal(
            string.Join(
                "\r\n",
                "--cut",
                "Content-Type: application/json",
                "",
                "{}",
                "--cut",
                "Content-Disposition: attachment; filename=\"a %22quoted%22\"",
                "Content-Type: text/plain",
                "Content-Length: 2",
                "",
                "ä",
                "--cut",
                "Content-Disposition: attachment; filename=\"b\"",
                "Content-Length: 0",
                "",
                "",
                "--cut--"),
            await body.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("multipart/related; boundary=\"cut\"", body.Headers.ContentType?.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    public async Task Its_length_is_known_beforehand(int size)
    {
        using var body = new MultipartDocument(
            "{\"x\":1}"u8.ToArray(), [Attachment("one", new string('x', size), "text/plain"), Attachment("ünï", "y", "text/plain")], "cut", false, CancellationToken.None);
        var length = body.Headers.ContentLength;

        Assert.Equal(length, (await body.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public void Its_length_is_not_known_where_that_of_a_part_is_not()
    {
        using var body = new MultipartDocument(
            "{}"u8.ToArray(), [Attachment("a", "x", "text/plain") with { StoredLength = -1 }], "cut", false, CancellationToken.None);

        Assert.Null(body.Headers.ContentLength);
    }

    [Fact]
    public async Task Content_that_comes_in_another_form_than_it_is_stored_in_is_not_sent()
    {
        using var body = new MultipartDocument(
            "{}"u8.ToArray(), [Attachment("a", "x", "text/plain") with { Encoding = ContentEncoding.Gzip }], "cut", false, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<PeerException>(() => body.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

        Assert.True(failure.IsTransient);
    }

    private static FetchedAttachment Attachment(string name, string text, string type)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new FetchedAttachment(
            name, type, 1, null, bytes.Length, bytes.Length, ContentEncoding.Identity, _ => Task.FromResult(new FetchedContent(ContentEncoding.Identity, Parts(bytes))));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Parts(byte[] bytes)
    {
        foreach (var part in bytes.Chunk(1000))
        {
            await Task.Yield();
            yield return part;
        }
    }
}
