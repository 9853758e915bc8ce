using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Limits;

/// <summary>
/// Review, attack 4: what a request may hold is bounded, not how long it is. A node with 4 MB for requests takes in attachments and bulks that
/// are several times as long.
/// </summary>
public sealed class LongBodyTests
{
    private static readonly byte[] Picture = Random(6_000_000);

    private static readonly byte[] Words = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 900_000).Select(static i => $"{i:x} ")));

    [Theory]
    [InlineData("PUT", "/db/doc", false)]
    [InlineData("POST", "/db", false)]
    [InlineData("PUT", "/db/doc?new_edits=false", false)]
    [InlineData("PUT", "/db/doc", true)]
    public async Task Attachments_in_a_document_are_stored(string method, string path, bool packed)
    {
        await using var node = await StartAsync();
        var body = Encoding.UTF8.GetBytes(Document(path.Contains("new_edits", StringComparison.Ordinal)));
        string[] headers = packed ? ["Content-Encoding: gzip", "Content-Type: application/json"] : ["Content-Type: application/json"];
        var answer = await node.SendBytesAsync(method, path, packed ? Gzip(body) : body, "admin:pass", headers);
        Assert.Equal(201, answer.Status);
        await AssertStoredAsync(node, "doc");
    }

    [Fact]
    public async Task Attachments_in_the_documents_of_a_bulk_are_stored()
    {
        await using var node = await StartAsync();
        var body = "{\"docs\":[{\"_id\":\"first\"}," + Document() + ",{\"_id\":\"last\",\"x\":1}]}";
        var answer = await node.SendAsync("POST", "/db/_bulk_docs", body, headers: "Content-Type: application/json");
        Assert.Equal(201, answer.Status);
        Assert.Equal(["first", "doc", "last"], JsonNode.Parse(answer.Body)!.AsArray().Select(static row => (string?)row!["id"]));
        await AssertStoredAsync(node, "doc");
        Assert.Equal(200, (await node.SendAsync("GET", "/db/last")).Status);
    }

    [Fact]
    public async Task Attachments_in_a_document_among_parts_are_stored_with_those_that_follow()
    {
        await using var node = await StartAsync();
        var json = Document().Replace("\"_attachments\":{", "\"_attachments\":{\"third\":{\"follows\":true,\"length\":3},", StringComparison.Ordinal);
        var body = $"--b\r\nContent-Type: application/json\r\n\r\n{json}\r\n--b\r\n\r\nabc\r\n--b--";
        var answer = await node.SendBytesAsync("PUT", "/db/doc", Encoding.UTF8.GetBytes(body), "admin:pass", ["Content-Type: multipart/related; boundary=\"b\""]);
        Assert.Equal(201, answer.Status);
        await AssertStoredAsync(node, "doc");
        Assert.Equal("abc", Encoding.UTF8.GetString((await node.SendAsync("GET", "/db/doc/third")).Body));
    }

    [Fact]
    public async Task Many_small_attachments_of_a_document_are_stored()
    {
        await using var node = await StartAsync();
        var data = Enumerable.Range(0, 60).Select(static i => Random(100_000 + i)).ToList();
        var body = "{\"_attachments\":{" + string.Join(',', data.Select(static (bytes, i) => $"\"{i}\":{{\"data\":\"{Convert.ToBase64String(bytes)}\"}}")) + "}}";
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/doc", body, headers: "Content-Type: application/json")).Status);
        for (var i = 0; i < data.Count; i++)
        {
            Assert.Equal(data[i], (await node.SendAsync("GET", $"/db/doc/{i}")).Body);
        }
    }

    /// <summary>Each is small enough to be kept in memory, and all together are not.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_small_attachments_that_follow_or_come_in_a_form_are_stored(bool isForm)
    {
        await using var node = await StartAsync();
        var data = Enumerable.Range(0, 60).Select(static i => Random(100_000 + i)).ToList();
        using var body = new MemoryStream();
        var stubs = string.Join(',', data.Select(static (bytes, i) => $"\"{i}\":{{\"follows\":true,\"length\":{bytes.Length}}}"));
        body.Write(Encoding.ASCII.GetBytes(isForm
            ? "--b\r\nContent-Disposition: form-data; name=\"_doc\"\r\n\r\n{}"
            : $"--b\r\nContent-Type: application/json\r\n\r\n{{\"_attachments\":{{{stubs}}}}}"));
        for (var i = 0; i < data.Count; i++)
        {
            var head = isForm ? $"Content-Disposition: form-data; name=\"_attachments\"; filename=\"{i}\"\r\nContent-Type: image/png\r\n" : "";
            body.Write(Encoding.ASCII.GetBytes($"\r\n--b\r\n{head}\r\n"));
            body.Write(data[i]);
        }

        body.Write("\r\n--b--"u8);
        string[] headers = isForm
            ? ["Content-Type: multipart/form-data; boundary=b", "Referer: " + node.Node.Address]
            : ["Content-Type: multipart/related; boundary=\"b\""];
        Assert.Equal(201, (await node.SendBytesAsync(isForm ? "POST" : "PUT", "/db/doc", body.ToArray(), "admin:pass", headers)).Status);
        for (var i = 0; i < data.Count; i++)
        {
            Assert.Equal(data[i], (await node.SendAsync("GET", $"/db/doc/{i}")).Body);
        }

        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    /// <summary>Each document has few, and all of them have many.</summary>
    [Fact]
    public async Task Small_attachments_of_many_documents_of_a_bulk_are_stored()
    {
        await using var node = await StartAsync();
        var data = Enumerable.Range(0, 60).Select(static i => Random(100_000 + i)).ToList();
        var body = "{\"docs\":[" + string.Join(',', data.Select(static (bytes, i) =>
            $"{{\"_id\":\"d{i}\",\"_attachments\":{{\"a\":{{\"data\":\"{Convert.ToBase64String(bytes)}\"}}}}}}")) + "]}";
        Assert.Equal(201, (await node.SendAsync("POST", "/db/_bulk_docs", body, headers: "Content-Type: application/json")).Status);
        for (var i = 0; i < data.Count; i++)
        {
            Assert.Equal(data[i], (await node.SendAsync("GET", $"/db/d{i}/a")).Body);
        }
    }

    [Theory]
    [InlineData("{\"data\":\"#\",\"content_type\":\"text/plain\"}", "413")]
    [InlineData("{\"data\":\"#\",\"stub\":true}", "412")]
    [InlineData("{\"data\":\"#!\"}", "Invalid attachment data for a")]
    [InlineData("{\"data\":\"#\"},\"_b\":{\"data\":\"\"}", "Attachment name '_b' starts with prohibited character '_'")]
    [InlineData("{\"data\":\"#\"}}", "invalid UTF-8 JSON")]
    public async Task What_is_refused_leaves_nothing(string attachment, string expected)
    {
        await using var node = await StartAsync(("couchdb", "max_attachment_size", "3000000"));
        var data = Convert.ToBase64String(Picture.AsSpan(0, expected == "413" ? 3_000_003 : 2_900_001));
        var body = "{\"_attachments\":{\"a\":" + attachment.Replace("#", data, StringComparison.Ordinal) + "}}";
        var answer = await node.SendAsync("PUT", "/db/doc", body, headers: "Content-Type: application/json");
        Assert.Contains(expected, answer.Status.ToString(CultureInfo.InvariantCulture) + Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
        Assert.Equal(404, (await node.SendAsync("GET", "/db/doc")).Status);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        Assert.Equal(0, node.Count(Storage.Keyspace.Attachments));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_long_bulk_is_stored_in_order(bool newEdits)
    {
        await using var node = await StartAsync();
        var body = Bulk(newEdits, 60, "");
        var answer = await node.SendAsync("POST", "/db/_bulk_docs", body, headers: "Content-Type: application/json");
        Assert.Equal(201, answer.Status);
        var rows = JsonNode.Parse(answer.Body)!.AsArray();
        Assert.Equal(newEdits ? Enumerable.Range(0, 60).Select(static i => $"doc{i:D2}") : [], rows.Select(static row => (string?)row!["id"]));
        Assert.Equal(60, node.Node.Databases.Find("db")!.DocumentCount);
        var stored = JsonDocument.Parse((await node.SendAsync("GET", "/db/doc59")).Body);
        Assert.Equal(300_000, stored.RootElement.GetProperty("text").GetString()!.Length);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        Assert.Equal(0, node.Count(Storage.Keyspace.Attachments));
    }

    [Theory]
    [InlineData(",{\"_foo\":1}]}", 400)]
    [InlineData(",{\"a\":", 400)]
    [InlineData("],\"new_edits\":5}", 400)]
    public async Task Of_a_long_bulk_with_a_fault_nothing_is_stored(string end, int status)
    {
        await using var node = await StartAsync();
        var answer = await node.SendAsync("POST", "/db/_bulk_docs", Bulk(true, 60, end), headers: "Content-Type: application/json");
        Assert.Equal(status, answer.Status);
        Assert.Equal(0, node.Node.Databases.Find("db")!.DocumentCount);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        Assert.Equal(0, node.Count(Storage.Keyspace.Attachments));
    }

    private static string Bulk(bool newEdits, int count, string end) =>
        "{\"new_edits\":" + (newEdits ? "true" : "false") + ",\"docs\":["
        + string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"_id":"doc{{i:D2}}",{{(newEdits ? "" : "\"_rev\":\"1-a\",")}}"text":"{{new string('t', 300_000)}}"}"""))
        + (end.Length > 0 ? end : "]}");

    private static string Document(bool isReplicated = false) => $$$"""
        {"_id":"doc",{{{(isReplicated ? "\"_rev\":\"1-aa\"," : "")}}}"_attachments":{
        "picture":{"content_type":"image/png","data":"{{{Convert.ToBase64String(Picture)}}}"},
        "words":{"data":"{{{Convert.ToBase64String(Words)}}}","content_type":"text/plain"}},"n":1}
        """;

    private static async Task AssertStoredAsync(TestNode node, string id)
    {
        var document = JsonNode.Parse((await node.SendAsync("GET", "/db/" + id + "?att_encoding_info=true")).Body)!;
        Assert.Equal(1, (int)document["n"]!);
        var picture = document["_attachments"]!["picture"]!;
        Assert.Equal("md5-" + Convert.ToBase64String(MD5.HashData(Picture)), (string)picture["digest"]!);
        Assert.Equal(Picture.Length, (int)picture["length"]!);
        Assert.Null(picture["encoding"]);
        var words = document["_attachments"]!["words"]!;
        Assert.Equal(("gzip", "text/plain", Words.Length), ((string?)words["encoding"], (string?)words["content_type"], (int)words["length"]!));
        Assert.Equal(Picture, (await node.SendAsync("GET", $"/db/{id}/picture")).Body);
        Assert.Equal(Words, (await node.SendAsync("GET", $"/db/{id}/words")).Body);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static async Task<TestNode> StartAsync(params (string, string, string)[] settings)
    {
        var node = await TestNode.StartAsync([("cloudwall", "request_memory", "4000000"), .. settings]);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        return node;
    }
}
