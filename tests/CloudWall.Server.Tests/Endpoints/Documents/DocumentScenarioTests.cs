using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;

namespace CloudWall.Server.Tests.Endpoints.Documents;

public sealed class DocumentScenarioTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PUT", "/db/new", """{"a":""", 400, "bad_request")]
    [InlineData("PUT", "/db/new", "[]", 400, "bad_request")]
    [InlineData("PUT", "/db/new", """{"_rev":"x"}""", 400, "bad_request")]
    [InlineData("PUT", "/db/new?rev=1-a", """{"_rev":"1-b"}""", 400, "bad_request")]
    [InlineData("PUT", "/db/new?rev=nonsense", "{}", 400, "bad_request")]
    [InlineData("PUT", "/db/new?new_edits=false", "{}", 400, "bad_request")]
    [InlineData("PUT", "/db/new?open_revs=nonsense", "{}", 400, "bad_request")]
    [InlineData("PUT", "/db/_nope", "{}", 400, "illegal_docid")]
    [InlineData("PUT", "/db/%ff", "{}", 400, "illegal_docid")]
    [InlineData("PUT", "/db/a", "{}", 409, "conflict")]
    [InlineData("PUT", "/db/new", """{"_attachments":{"f":{"follows":true,"length":1}}}""", 400, "bad_request")]
    [InlineData("PUT", "/db/new", """{"_attachments":{"f":{"stub":true}}}""", 412, "missing_stub")]
    [InlineData("PUT", "/db/_design/new", """{"views":5}""", 400, "invalid_design_doc")]
    [InlineData("PUT", "/none/new", "{}", 404, "not_found")]
    [InlineData("POST", "/db", "5", 400, "bad_request")]
    [InlineData("POST", "/db", """{"_id":""}""", 400, "illegal_docid")]
    [InlineData("POST", "/db", """{"_id":"a"}""", 409, "conflict")]
    [InlineData("POST", "/db/a", "{}", 400, "bad_request")]
    [InlineData("DELETE", "/db/a", null, 409, "conflict")]
    [InlineData("DELETE", "/db/new", null, 404, "not_found")]
    [InlineData("DELETE", "/db/a?rev=x", null, 400, "bad_request")]
    [InlineData("COPY", "/db/a", null, 400, "bad_request")]
    [InlineData("GET", "/db/new", null, 404, "not_found")]
    [InlineData("GET", "/db/a?rev=9-a", null, 404, "not_found")]
    [InlineData("GET", "/db/a?open_revs={}", null, 400, "bad_request")]
    [InlineData("GET", "/db/a?open_revs=[1]", null, 400, "bad_request")]
    [InlineData("GET", "/db/a?atts_since=[", null, 400, "bad_request")]
    [InlineData("PATCH", "/db/a", null, 405, "method_not_allowed")]
    public async Task What_cannot_be_done_is_refused_and_changes_nothing(string method, string path, string? json, int status, string error)
    {
        await using var node = await InProcessNode.StartAsync();
        await node.PutAsync("/db/a", "{}");
        var answer = await node.SendAsync(method, path, json is null ? null : InProcessNode.Json(json));
        Assert.Equal(status, answer.Status);
        Assert.StartsWith($"{{\"error\":\"{error}\",\"reason\":", answer.Text, StringComparison.Ordinal);
        Assert.Equal(1, node.Database.UpdateSequence);
    }

    [Fact]
    public async Task A_document_larger_than_the_limit_is_refused()
    {
        await using var node = await InProcessNode.StartAsync(("couchdb", "max_document_size", "100"));
        Assert.Equal(201, (await node.PutAsync("/db/a", $"{{\"x\":\"{new string('x', 90)}\"}}")).Status);
        var refused = await node.PutAsync("/db/b", $"{{\"_id\":\"b\",\"x\":\"{new string('x', 95)}\"}}");
        Assert.Equal(413, refused.Status);
        Assert.Equal("{\"error\":\"document_too_large\",\"reason\":\"b\"}\n", refused.Text);
    }

    [Fact]
    public async Task A_body_larger_than_the_limit_is_refused_packed_or_not()
    {
        await using var node = await InProcessNode.StartAsync(("chttpd", "max_http_request_size", "1000"));
        var json = $"{{\"x\":\"{new string('x', 2000)}\"}}";
        Assert.Equal(413, (await node.PutAsync("/db/a", json)).Status);

        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(json), Cancellation);
        }

        Assert.InRange(packed.Length, 1, 1000);
        var content = InProcessNode.Content("application/json", packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(413, (await node.SendAsync("PUT", "/db/a", content)).Status);
        Assert.Equal(0, node.Database.UpdateSequence);
    }

    [Fact]
    public async Task A_packed_body_is_unpacked()
    {
        await using var node = await InProcessNode.StartAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync("{\"n\":1}"u8.ToArray(), Cancellation);
        }

        var content = InProcessNode.Content("application/json", packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/a", content)).Status);
        Assert.Contains("\"n\":1", (await node.GetAsync("/db/a")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deep_nesting_is_refused_or_taken_but_never_fatal()
    {
        await using var node = await InProcessNode.StartAsync();
        var deep = "{\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}";
        Assert.InRange((await node.PutAsync("/db/a", deep)).Status, 200, 499);
        Assert.InRange((await node.PostAsync("/db/_bulk_docs", $"{{\"docs\":[{deep}]}}")).Status, 200, 499);
        Assert.Equal(201, (await node.PutAsync("/db/b", "{}")).Status);
    }

    [Fact]
    public async Task A_client_that_hangs_up_in_the_middle_writes_nothing()
    {
        await using var node = await InProcessNode.StartAsync();
        foreach (var head in new[] { "PUT /db/a", "PUT /db/a/file", "POST /db/_bulk_docs" })
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(node.Address.Host, node.Address.Port, Cancellation);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                head + " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + Convert.ToBase64String("admin:secret"u8)
                + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"docs\":[{}"), Cancellation);
        }

        Assert.Equal(201, (await node.PutAsync("/db/b", "{}")).Status);
        Assert.Equal(1, node.Database.UpdateSequence);
    }

    [Fact]
    public async Task What_is_written_in_a_batch_is_there_soon()
    {
        await using var node = await InProcessNode.StartAsync();
        var accepted = await node.PutAsync("/db/a?batch=ok", "{}");
        Assert.Equal(202, accepted.Status);
        Assert.Equal("{\"ok\":true,\"id\":\"a\"}\n", accepted.Text);
        await node.Database.WaitForChangeAsync(0, Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(200, (await node.GetAsync("/db/a")).Status);
    }

    [Fact]
    public async Task A_copy_has_the_attachments_without_storing_them_again()
    {
        await using var node = await InProcessNode.StartAsync();
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        await node.SendAsync("PUT", "/db/a/file", InProcessNode.Content("a/b", bytes));
        Assert.Equal(201, (await node.SendAsync("COPY", "/db/a", null, "Destination: b%2Fc")).Status);
        Assert.Equal(bytes, (await node.GetAsync("/db/b%2Fc/file")).Bytes);

        // The copy outlives what it was made from.
        var source = (await node.GetAsync("/db/a")).Header("ETag")!.Trim('"');
        await node.SendAsync("DELETE", "/db/a?rev=" + source);
        await node.Database.CompactAsync(Cancellation);
        Assert.Equal(bytes, (await node.GetAsync("/db/b%2Fc/file")).Bytes);
    }

    [Fact]
    public async Task Revisions_that_no_CouchDB_made_do_no_harm_in_headers()
    {
        await using var node = await InProcessNode.StartAsync();
        var put = await node.PutAsync("/db/a?new_edits=false", """{"_rev":"1-é\"\r\nX-Evil: 1"}""");
        Assert.Equal(201, put.Status);
        Assert.Null(put.Header("X-Evil"));
        var got = await node.GetAsync("/db/a?revs=true");
        Assert.Contains("""
            "_rev":"1-é\"\r\nX-Evil: 1"
            """.Trim(), got.Text, StringComparison.Ordinal);
        Assert.Contains("""
            "ids":["é\"\r\nX-Evil: 1"]
            """.Trim(), got.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_whole_of_a_long_history_is_shown()
    {
        await using var node = await InProcessNode.StartAsync();
        var ids = Enumerable.Range(0, 200).Select(static i => i.ToString("x32", CultureInfo.InvariantCulture)).Reverse().ToArray();
        var history = string.Join("\",\"", ids);
        await node.PutAsync("/db/a?new_edits=false", $"{{\"_revisions\":{{\"start\":200,\"ids\":[\"{history}\"]}}}}");
        var edited = await node.PutAsync("/db/a?rev=200-" + ids[0], "{}");
        var rev = edited.Header("ETag")!.Trim('"');
        var got = await node.GetAsync("/db/a?revs=true");
        Assert.Contains($"\"_revisions\":{{\"start\":201,\"ids\":[\"{rev[4..]}\",\"{history}\"]}}", got.Text, StringComparison.Ordinal);
        var diff = await node.PostAsync("/db/_revs_diff", $"{{\"a\":[\"1-{ids[^1]}\",\"100-{ids[100]}\",\"100-{ids[99]}\"]}}");
        Assert.Equal($"{{\"a\":{{\"missing\":[\"100-{ids[99]}\"]}}}}\n", diff.Text);
    }

    [Fact]
    public async Task A_form_adds_its_files_to_a_document()
    {
        await using var node = await InProcessNode.StartAsync();
        var put = await node.PutAsync("/db/a", """{"n":1,"_attachments":{"old":{"data":"AA==","content_type":"a/b"},"kept":{"data":"AQ==","content_type":"a/b"}}}""");
        var rev = put.Header("ETag")!.Trim('"');
        var form = "--f\r\nContent-Disposition: form-data; name=\"_attachments\"; filename=\"old\"\r\nContent-Type: c/d\r\n\r\nnew\r\n"
            + "--f\r\nContent-Disposition: form-data; name=\"_rev\"\r\n\r\n" + rev + "\r\n--f--\r\n";
        var content = InProcessNode.Content("multipart/form-data; boundary=f", Encoding.UTF8.GetBytes(form));
        var refused = await node.SendAsync("POST", "/db/a", content, "Referer: http://elsewhere/");
        Assert.Equal(400, refused.Status);

        content = InProcessNode.Content("multipart/form-data; boundary=f", Encoding.UTF8.GetBytes(form));
        var posted = await node.SendAsync("POST", "/db/a", content, "Referer: " + node.Address);
        Assert.Equal(201, posted.Status);
        Assert.Equal("new", (await node.GetAsync("/db/a/old")).Text);
        Assert.Equal("\u0001", (await node.GetAsync("/db/a/kept")).Text);
        Assert.Contains("\"n\":1", (await node.GetAsync("/db/a")).Text, StringComparison.Ordinal);
    }
}
