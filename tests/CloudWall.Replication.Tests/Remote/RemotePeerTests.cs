using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Tests.Remote;

public sealed class RemotePeerTests
{
    private const string Hash = "11111111111111111111111111111111";
    private const string Info = """{"db_name":"db","doc_count":0,"doc_del_count":0,"update_seq":"0","instance_start_time":"1"}""";
    private static readonly RevisionId First = RevisionId.TryParse(Encoding.UTF8.GetBytes("1-" + Hash), out var revision) ? revision : default;

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task What_may_pass_is_asked_again(HttpStatusCode status)
    {
        var left = 2;
        var script = new Script((_, _) => left-- > 0 ? Busy(status) : Script.Json(Info));
        await using var peer = script.Peer();

        Assert.Equal("1", (await peer.ReadInfoAsync(CancellationToken.None)).InstanceStartTime);
        Assert.Equal(3, script.Seen.Count);
    }

    /// <summary>CouchDB says in seconds when a database was created; a CloudWall node says it more exactly besides.</summary>
    [Theory]
    [InlineData(null, "1")]
    [InlineData("1795996826420", "1795996826420000")]
    [InlineData("-1", "1")]
    [InlineData("soon", "1")]
    public async Task A_database_is_told_from_others_of_its_name_by_when_it_was_created(string? created, string identity)
    {
        var script = new Script((_, _) =>
        {
            var answer = Script.Json(Info);
            answer.Headers.TryAddWithoutValidation("X-CloudWall-Created", created);
            return answer;
        });
        await using var peer = script.Peer();

        var info = await peer.ReadInfoAsync(CancellationToken.None);

        Assert.Equal(("1", identity), (info.InstanceStartTime, info.Identity));
    }

    [Fact]
    public async Task What_does_not_pass_fails_with_the_peer_s_own_words()
    {
        var script = new Script((_, _) => Script.Json("""{"error":"odd","reason":"very"}""", HttpStatusCode.InternalServerError));
        await using var peer = script.Peer();

        var failure = await Assert.ThrowsAsync<PeerException>(() => peer.ReadInfoAsync(CancellationToken.None));

        Assert.True(failure.IsTransient);
        Assert.Equal(("odd", "very"), (failure.Error.Error, failure.Error.Reason));
        Assert.Equal(4, script.Seen.Count);
    }

    [Theory]
    [InlineData("instance_start_time\":\"1", "instance_start_time\":\"\u00ff")]
    [InlineData("\"db_name\":\"db\"", "\"error\":\"\u00ff\"")]
    public async Task An_answer_that_is_not_UTF_8_may_be_another_one_later(string part, string damaged)
    {
        var left = 2;
        var script = new Script((_, _) => left-- > 0 ? Script.Bytes(Encoding.Latin1.GetBytes(Info.Replace(part, damaged, StringComparison.Ordinal))) : Script.Json(Info));
        await using var peer = script.Peer();

        Assert.Equal("1", (await peer.ReadInfoAsync(CancellationToken.None)).InstanceStartTime);
        Assert.Equal(3, script.Seen.Count);
    }

    [Fact]
    public async Task A_missing_database_is_asked_for_once()
    {
        var script = new Script((_, _) => Script.Json("""{"error":"not_found","reason":"Database does not exist."}""", HttpStatusCode.NotFound));
        await using var peer = script.Peer();

        var failure = await Assert.ThrowsAsync<PeerException>(() => peer.ReadInfoAsync(CancellationToken.None));

        Assert.Equal(("db_not_found", "could not open http://host/db/"), (failure.Error.Error, failure.Error.Reason));
        Assert.Single(script.Seen);
    }

    [Fact]
    public async Task A_cookie_that_expired_is_renewed()
    {
        var (sessions, infos) = (0, 0);
        var script = new Script((request, _) =>
        {
            if (request.RequestUri!.AbsolutePath == "/_session")
            {
                var begun = Script.Json("""{"ok":true}""");
                begun.Headers.TryAddWithoutValidation("Set-Cookie", $"AuthSession=session-number-{++sessions}; Path=/");
                return begun;
            }

            Assert.Null(request.Headers.Authorization);
            var cookie = Assert.Single(request.Headers.GetValues("Cookie"));
            return cookie == "AuthSession=session-number-1" && ++infos > 1
                ? Script.Json("""{"error":"unauthorized","reason":"expired"}""", HttpStatusCode.Unauthorized)
                : Script.Json(Info);
        });
        await using var peer = script.Peer("http://me:secret@host/db");

        await peer.ReadInfoAsync(CancellationToken.None);
        await peer.ReadInfoAsync(CancellationToken.None);

        Assert.Equal(2, sessions);
    }

    [Fact]
    public async Task Without_bulk_get_documents_are_read_one_by_one()
    {
        var script = new Script((request, _) => request.Method == HttpMethod.Post
            ? Script.Json("""{"error":"method_not_allowed","reason":"no"}""", HttpStatusCode.MethodNotAllowed)
            : Script.Json($$$"""[{"ok":{"_id":"a","_rev":"1-{{{Hash}}}","_revisions":{"start":1,"ids":["{{{Hash}}}"]},"n":1}}]"""));
        await using var peer = script.Peer();

        var revision = Assert.Single(await FetchAsync(peer));

        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString(revision.Body.Span));
        Assert.Equal(First, Assert.Single(revision.Path));
    }

    [Fact]
    public async Task An_attachment_with_other_bytes_is_not_taken()
    {
        var bytes = "what was stored"u8.ToArray();
        var digest = "md5-" + Convert.ToBase64String(MD5.HashData(bytes));
        var sent = "what was garbled"u8.ToArray()[..bytes.Length];
        var script = new Script((request, _) => request.RequestUri!.AbsolutePath.EndsWith("/file", StringComparison.Ordinal)
            ? Script.Bytes(sent)
            : Script.Json($$$$$"""
                {"results":[{"id":"a","docs":[{"ok":{"_id":"a","_rev":"1-{{{{{Hash}}}}}","_revisions":{"start":1,"ids":["{{{{{Hash}}}}}"]},
                "_attachments":{"file":{"content_type":"image/png","revpos":1,"digest":"{{{{{digest}}}}}","length":{{{{{bytes.Length}}}}},"stub":true}}}}]}]}
                """));
        await using var peer = script.Peer();
        var attachment = Assert.Single(Assert.Single(await FetchAsync(peer)).Attachments);

        await using var content = await attachment.OpenAsync(CancellationToken.None);
        var failure = await Assert.ThrowsAsync<PeerException>(async () =>
        {
            await foreach (var part in content.Bytes)
            {
                Assert.False(part.IsEmpty);
            }
        });

        Assert.True(failure.IsTransient);
        Assert.Equal("attachment_mismatch", failure.Error.Error);
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_halved_until_the_culprit_stands_alone()
    {
        var script = new Script((_, body) => body.Contains("\"large\"", StringComparison.Ordinal)
            ? Script.Json("""{"error":"document_too_large","reason":"large"}""", HttpStatusCode.RequestEntityTooLarge)
            : Script.Json("[]", HttpStatusCode.Created));
        await using var peer = script.Peer();
        var revisions = ((string[])["a", "b", "large", "d"]).Select(static id => new FetchedRevision(id, [First], false, "{}"u8.ToArray(), [])).ToList();

        var failure = Assert.Single(await peer.WriteAsync(revisions, CancellationToken.None));

        Assert.Equal(("large", 413), (failure.Id, failure.Error.Status));
        foreach (var id in (string[])["a", "b", "d"])
        {
            Assert.Contains(script.Seen, seen => seen.Body.Contains($"\"{id}\"", StringComparison.Ordinal) && !seen.Body.Contains("\"large\"", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "<html>no</html>")]
    [InlineData(HttpStatusCode.BadRequest, "<html>what?</html>")]
    [InlineData(HttpStatusCode.Conflict, "")]
    public async Task What_refuses_and_is_no_database_has_no_say_on_documents(HttpStatusCode status, string answer)
    {
        var attachment = new FetchedAttachment("f", "text/plain", 1, null, 0, 0, ContentEncoding.Identity, _ => Task.FromResult(new FetchedContent(ContentEncoding.Identity, None())));
        foreach (var attachments in (FetchedAttachment[][])[[], [attachment]])
        {
            var script = new Script((_, _) => Script.Json(answer, status));
            await using var peer = script.Peer();

            await Assert.ThrowsAsync<PeerException>(() =>
                peer.WriteAsync([new FetchedRevision("a", [First], false, "{}"u8.ToArray(), attachments)], CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_document_that_was_garbled_on_its_way_to_a_peer_is_sent_again()
    {
        var garbled = 2;
        var script = new Script((_, _) => garbled-- > 0
            ? Script.Json("""{"error":"bad_request","reason":"invalid UTF-8 JSON"}""", HttpStatusCode.BadRequest)
            : Script.Json("[]", HttpStatusCode.Created));
        await using var peer = script.Peer();

        Assert.Empty(await peer.WriteAsync([new FetchedRevision("a", [First], false, "{}"u8.ToArray(), [])], CancellationToken.None));
    }

    [Fact]
    public async Task A_document_that_came_garbled_is_read_again()
    {
        var garbled = 2;
        var script = new Script((request, _) =>
        {
            var member = garbled-- > 0 ? "_odd" : "n";
            var document = $$$"""{"ok":{"_id":"a","_rev":"1-{{{Hash}}}","_revisions":{"start":1,"ids":["{{{Hash}}}"]},"{{{member}}}":1}}""";
            return Script.Json(request.Method == HttpMethod.Post ? $$$"""{"results":[{"id":"a","docs":[{{{document}}}]}]}""" : $"[{document}]");
        });
        await using var peer = script.Peer();

        var revision = Assert.Single(await FetchAsync(peer));

        Assert.Null(revision.Fault);
        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString(revision.Body.Span));
        Assert.Equal(3, script.Seen.Count);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> None()
    {
        await Task.CompletedTask;
        yield break;
    }

    private static async Task<List<FetchedRevision>> FetchAsync(Peer peer)
    {
        var revisions = new List<FetchedRevision>();
        await foreach (var revision in peer.FetchAsync([new MissingRevisions("a", [First], [])], CancellationToken.None))
        {
            revisions.Add(revision);
        }

        return revisions;
    }

    private static HttpResponseMessage Busy(HttpStatusCode status)
    {
        var answer = Script.Json("<html>", status);
        answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.Zero);
        return answer;
    }
}
