using System.IO.Compression;
using System.Net;
using System.Text;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Tests.Remote;

/// <summary>Attachments that are stored compressed, on their way to a peer that does not take them so.</summary>
public sealed class PackedPartsTests
{
    private const string Text = "a text that was compressed";

    [Theory]
    [InlineData(HttpStatusCode.UnsupportedMediaType, "<html>gzip?</html>", 1)]
    [InlineData(HttpStatusCode.UnsupportedMediaType, """{"error":"unsupported_media_type","reason":"gzip"}""", 1)]
    [InlineData(HttpStatusCode.BadRequest, """{"error":"bad_request","reason":"gzip"}""", 2)]
    [InlineData(HttpStatusCode.BadRequest, "<html>what?</html>", 2)]
    public async Task Where_they_are_refused_they_go_as_they_were_from_then_on(HttpStatusCode status, string answer, int attempts)
    {
        var script = new Script((request, body) => request.Method == HttpMethod.Get ? Script.Json("""{"couchdb":"Welcome"}""")
            : IsPacked(body) ? Script.Json(answer, status)
            : Script.Json("{}", HttpStatusCode.Created));
        await using var peer = script.Peer();

        // Who asks again who the peer is still knows what it has refused.
        for (var i = 0; i < 3; i++)
        {
            await peer.ReadServerAsync(CancellationToken.None);
            Assert.Empty(await peer.WriteAsync([Revision($"d{i}")], CancellationToken.None));
        }

        var sent = script.Seen.Where(static seen => seen.Request.StartsWith("PUT ", StringComparison.Ordinal)).Select(static seen => seen.Body).ToList();
        Assert.Equal(attempts, sent.Count(IsPacked));
        Assert.Equal(attempts + 3, sent.Count);
        Assert.All(sent.Where(static body => !IsPacked(body)), static body =>
        {
            Assert.Contains(Text, body, StringComparison.Ordinal);
            Assert.DoesNotContain("\"encoding\"", body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Who_refuses_them_either_way_refuses_the_document()
    {
        var script = new Script(static (request, _) => request.Method == HttpMethod.Get
            ? Script.Json("""{"couchdb":"Welcome"}""")
            : Script.Json("""{"error":"bad_content_type","reason":"no"}""", HttpStatusCode.UnsupportedMediaType));
        await using var peer = script.Peer();
        await peer.ReadServerAsync(CancellationToken.None);

        // A refusal of one document says nothing of the next one's form.
        for (var i = 0; i < 2; i++)
        {
            script.Seen.Clear();
            var failure = Assert.Single(await peer.WriteAsync([Revision("d")], CancellationToken.None));
            Assert.Equal((415, "bad_content_type"), (failure.Error.Status, failure.Error.Error));
            Assert.Equal([true, false], script.Seen.Select(static seen => IsPacked(seen.Body)));
        }
    }

    [Fact]
    public async Task One_that_was_garbled_on_its_way_is_sent_again_as_it_is()
    {
        var garbled = 1;
        var script = new Script((request, _) => request.Method == HttpMethod.Get ? Script.Json("""{"couchdb":"Welcome"}""")
            : Interlocked.Decrement(ref garbled) >= 0 ? Script.Json("""{"error":"bad_request","reason":"invalid UTF-8 JSON"}""", HttpStatusCode.BadRequest)
            : Script.Json("{}", HttpStatusCode.Created));
        await using var peer = script.Peer();
        await peer.ReadServerAsync(CancellationToken.None);

        Assert.Empty(await peer.WriteAsync([Revision("a"), Revision("b")], CancellationToken.None));

        var sent = script.Seen.Where(static seen => seen.Request.StartsWith("PUT ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, sent.Count);
        Assert.All(sent, static seen => Assert.True(IsPacked(seen.Body)));
    }

    private static bool IsPacked(string body) => body.Contains("Content-Encoding: gzip", StringComparison.Ordinal);

    private static FetchedRevision Revision(string id)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Text));
        }

        var bytes = packed.ToArray();
        var attachment = new FetchedAttachment(
            "f", "text/plain", 1, null, Text.Length, bytes.Length, ContentEncoding.Gzip,
            _ => Task.FromResult(new FetchedContent(ContentEncoding.Gzip, Once(bytes))));
        return new FetchedRevision(id, [RevisionId.Parse("1-aa")], false, "{}"u8.ToArray(), [attachment]);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Once(byte[] bytes)
    {
        await Task.CompletedTask;
        yield return bytes;
    }
}
