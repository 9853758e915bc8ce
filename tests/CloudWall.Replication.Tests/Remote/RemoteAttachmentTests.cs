using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Remote;

namespace CloudWall.Replication.Tests.Remote;

/// <summary>Attachments that no URL leads to, or that do not come as the document says.</summary>
public sealed class RemoteAttachmentTests
{
    private const string Hash = "11111111111111111111111111111111";
    private static readonly RevisionId First = RevisionId.Parse("1-" + Hash);

    [Fact]
    public async Task What_has_no_name_is_read_with_its_document()
    {
        var script = new Script((request, _) => Answer(request, string.Empty, () => Script.Json("{}")));
        await using var peer = script.Peer();

        Assert.Equal("yes", await ReadAsync((await FetchAsync(peer))[0].Attachments[1]));
        Assert.DoesNotContain(script.Seen, static seen => seen.Request.StartsWith("GET /db/a/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.RequestUriTooLong)]
    [InlineData(HttpStatusCode.RequestHeaderFieldsTooLarge)]
    public async Task What_no_URL_leads_to_is_read_with_its_document(HttpStatusCode status)
    {
        var script = new Script((request, _) => Answer(request, "long", () => Script.Json("{}", status)));
        await using var peer = script.Peer();

        Assert.Equal("yes", await ReadAsync((await FetchAsync(peer))[0].Attachments[1]));
    }

    [Fact]
    public async Task Where_another_thing_is_at_its_URL_it_is_read_with_its_document()
    {
        var script = new Script((request, _) => Answer(request, "odd", () => Script.Json("{\"error\":\"another\"}")));
        await using var target = new Script((_, _) => Script.Json("{}", HttpStatusCode.Created)).Peer();
        await using var peer = script.Peer();

        Assert.Empty(await target.WriteAsync(await FetchAsync(peer), CancellationToken.None));
    }

    [Fact]
    public async Task What_never_comes_as_the_document_says_fails_alone()
    {
        var script = new Script((request, _) => Answer(request, "odd", () => Script.Json("{}"), content: "not"));
        var written = new Script((request, _) => Script.Json(request.Method == HttpMethod.Post ? "[]" : "{}", HttpStatusCode.Created));
        await using var target = written.Peer();
        await using var peer = script.Peer();
        var other = new FetchedRevision("b", [First], false, "{}"u8.ToArray(), []);

        var failure = Assert.Single(await target.WriteAsync([.. await FetchAsync(peer), other], CancellationToken.None));

        Assert.Equal(("a", "attachment_mismatch"), (failure.Id, failure.Error.Error));
        Assert.Contains(written.Seen, static seen => seen.Request == "POST /db/_bulk_docs" && seen.Body.Contains("\"b\"", StringComparison.Ordinal));
    }

    private static HttpResponseMessage Answer(
        HttpRequestMessage request, string name, Func<HttpResponseMessage> alone, string content = "yes")
    {
        if (request.Method == HttpMethod.Post)
        {
            return Script.Json($$$"""
                {"results":[{"id":"a","docs":[{"ok":{"_id":"a","_rev":"1-{{{Hash}}}","_revisions":{"start":1,"ids":["{{{Hash}}}"]},
                "_attachments":{"x":{"content_type":"text/plain","revpos":1,"length":1,"stub":true,"digest":"{{{Digest("x")}}}"} ,
                "{{{name}}}":{"content_type":"text/plain","revpos":1,"length":3,"stub":true,"digest":"{{{Digest("yes")}}}"} } } }]}]}
                """);
        }

        if (request.RequestUri!.AbsolutePath == "/db/a/x")
        {
            return Script.Bytes("x"u8.ToArray());
        }

        if (request.RequestUri!.AbsolutePath != "/db/a")
        {
            return alone();
        }

        Assert.Contains("attachments=true", request.RequestUri.Query, StringComparison.Ordinal);
        Assert.Contains($"rev=1-{Hash}", request.RequestUri.Query, StringComparison.Ordinal);
        var parts = Script.Bytes(Encoding.UTF8.GetBytes(
            $"--cut\r\nContent-Type: application/json\r\n\r\n{{}}\r\n--cut\r\n\r\nx\r\n--cut\r\nContent-Type: text/plain\r\n\r\n{content}\r\n--cut--"));
        parts.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/related; boundary=\"cut\"");
        return parts;
    }

    private static string Digest(string text) =>
        "md5-" + Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(text)));

    private static async Task<string> ReadAsync(FetchedAttachment attachment)
    {
        await using var content = await attachment.OpenAsync(CancellationToken.None);
        var read = new List<byte>();
        await foreach (var bytes in content.Bytes)
        {
            read.AddRange(bytes.Span);
        }

        return Encoding.UTF8.GetString([.. read]);
    }

    private static async Task<IReadOnlyList<FetchedRevision>> FetchAsync(RemotePeer peer)
    {
        var fetched = new List<FetchedRevision>();
        await foreach (var revision in peer.FetchAsync([new MissingRevisions("a", [First], [])], CancellationToken.None))
        {
            fetched.Add(revision);
        }

        return fetched;
    }
}
