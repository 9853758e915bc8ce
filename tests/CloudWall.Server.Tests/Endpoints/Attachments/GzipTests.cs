using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Server.Tests.Endpoints.Attachments;

/// <summary>Review, attack 7: attachments that claim to be gzip and are none. F18: what follows the end of a gzip body.</summary>
public sealed class GzipTests
{
    private const string NotGzip = "The content of attachment a.txt is not properly gzipped.";

    [Theory]
    [InlineData("good", 201)]
    [InlineData("two members", 201)]
    [InlineData("rubbish behind", 201)]
    [InlineData("none", 400)]
    [InlineData("cut", 400)]
    [InlineData("wrong sum", 400)]
    public async Task An_upload_that_claims_to_be_gzip_is_unpacked_on_arrival(string kind, int status)
    {
        await using var node = await InProcessNode.StartAsync();
        foreach (var text in new[] { "hello", new string('x', 300_000) + Random(400_000) })
        {
            var id = $"d{text.Length}";
            var content = InProcessNode.Content("text/plain", Packed(kind, text));
            content.Headers.ContentEncoding.Add("gzip");
            var answer = await node.SendAsync("PUT", $"/db/{id}/a.txt", content);
            Assert.Equal(status, answer.Status);
            if (status == 201)
            {
                Assert.StartsWith(text, (await node.GetAsync($"/db/{id}/a.txt")).Text, StringComparison.Ordinal);
                Assert.Equal(200, (await node.GetAsync($"/db/{id}?attachments=true", "Accept: application/json")).Status);
            }
            else
            {
                Assert.Equal($"{{\"error\":\"bad_request\",\"reason\":\"{NotGzip}\"}}\n", answer.Text);
                Assert.Equal(404, (await node.GetAsync($"/db/{id}")).Status);
            }
        }
    }

    [Theory]
    [InlineData("good", 201)]
    [InlineData("two members", 201)]
    [InlineData("rubbish behind", 400)]
    [InlineData("zeros behind", 400)]
    [InlineData("none", 400)]
    [InlineData("cut", 400)]
    [InlineData("wrong sum", 400)]
    [InlineData("empty", 400)]
    public async Task A_body_is_gzip_to_its_end(string kind, int status)
    {
        await using var node = await InProcessNode.StartAsync();
        foreach (var isChunked in new[] { false, true })
        {
            var bytes = Packed(kind, $$$"""{"docs":[{"a":"{{{Random(50_000)}}}"}]}""");
            using HttpContent content = isChunked ? new Chunked(bytes) : new ByteArrayContent(bytes);
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            content.Headers.ContentEncoding.Add("gzip");
            var answer = await node.SendAsync("POST", "/db/_bulk_docs", content);
            Assert.Equal(status, answer.Status);
            if (status == 400)
            {
                Assert.Equal("{\"error\":\"bad_request\",\"reason\":\"Request body is not properly gzipped.\"}\n", answer.Text);
            }
        }
    }

    /// <summary>A revision that exists elsewhere is kept; what it has attached is what it is, with the digest that it has there.</summary>
    [Fact]
    public async Task A_replicated_attachment_that_claims_to_be_gzip_is_kept_as_the_bytes_that_it_is()
    {
        await using var node = await InProcessNode.StartAsync();
        var bytes = Packed("cut", "hello");
        var digest = "md5-" + Convert.ToBase64String(System.Security.Cryptography.MD5.HashData(bytes));
        var answer = await node.SendAsync("PUT", "/db/d?new_edits=false", Related(
            $$$"""
            {"_rev":"1-a","_attachments":{"a.txt":{"content_type":"text/plain","revpos":1,"digest":"{{{digest}}}","length":5,
            "follows":true,"encoding":"gzip","encoded_length":{{{bytes.Length}}} } } }
            """,
            bytes));
        Assert.Equal(201, answer.Status);
        Assert.Equal(bytes, (await node.GetAsync("/db/d/a.txt", "Accept-Encoding: gzip")).Bytes);
        foreach (var path in new[] { "d?", "_all_docs?include_docs=true&", "_changes?include_docs=true&" })
        {
            Assert.Contains(
                $"\"digest\":\"{digest}\",\"data\":\"{Convert.ToBase64String(bytes)}\"",
                (await node.GetAsync($"/db/{path}attachments=true", "Accept: application/json")).Text,
                StringComparison.Ordinal);
        }

        var refused = await node.SendAsync("PUT", "/db/e", Related(
            $$$"""
            {"_attachments":{"a.txt":{"content_type":"text/plain","length":5,
            "follows":true,"encoding":"gzip","encoded_length":{{{bytes.Length}}} } } }
            """,
            bytes));
        Assert.Equal((400, $"{{\"error\":\"bad_request\",\"reason\":\"{NotGzip}\"}}\n"), (refused.Status, refused.Text));
    }

    /// <summary>A store of an earlier build may have such content, and a disk may damage any.</summary>
    [Fact]
    public async Task Stored_content_that_cannot_be_unpacked_costs_its_own_row_alone()
    {
        await using var before = await NodeUnderTest.StartAsync();
        var database = await before.CreateAsync("db");
        foreach (var id in new[] { "a", "b", "c" })
        {
            using var content = new StringContent($"{id} {new string('x', 200_000)}{Random(100_000 + (1000 * id[0]))}");
            await before.Client.PutAsync($"/db/{id}/a.txt", content, TestContext.Current.CancellationToken);
        }

        await NodeUnderTest.PutAsync(database, ("_design/v", """{"views":{"v":{"map":"function (doc) { emit(doc._id, null); }"}}}"""));
        var revision = database.Find("b")!.Winner.Revision;
        var store = before.Store.LoseUnsynced();
        Damage(store, database.Read("b", revision)!.Attachments[0].StoredLength);
        await using var node = await NodeUnderTest.StartAsync(store: store);
        node.Client.DefaultRequestHeaders.Add("Accept", "application/json");

        var row = $"\"error\":\"data_error\",\"reason\":\"{NotGzip}\"";
        Assert.Equal((500, $"{{{row}}}\n"), await node.GetAsync("/db/b?attachments=true"));
        Assert.Equal(200, (await node.GetAsync("/db/b")).Status);
        foreach (var path in new[] { "_all_docs", "_design/v/_view/v" })
        {
            var listed = await node.GetAsync($"/db/{path}?include_docs=true&attachments=true&endkey=\"c\"");
            AssertRows((JsonArray)JsonNode.Parse(listed.Body)!["rows"]!);
        }

        AssertRows((JsonArray)JsonNode.Parse((await node.GetAsync("/db/_changes?include_docs=true&attachments=true")).Body)!["results"]!);
        var (_, bulk) = await node.PostAsync("/db/_bulk_get?attachments=true", """{"docs":[{"id":"a"},{"id":"b"},{"id":"c"}]}""");
        var error = $$$"""{"error":{"id":"b","rev":"{{{revision}}}",{{{row}}}}}""";
        Assert.Contains($$$"""{"id":"b","docs":[{{{error}}}]},{"id":"c","docs":[{"ok":""", bulk, StringComparison.Ordinal);
        Assert.Equal((200, $"[{error}]\n"), await node.GetAsync("/db/b?open_revs=all&attachments=true"));

        void AssertRows(JsonArray rows)
        {
            foreach (var each in rows.Where(static each => ((string)each!["id"]!).Length == 1))
            {
                var isDamaged = (string)each!["id"]! == "b";
                Assert.Equal(isDamaged, each["doc"] is null);
                Assert.Equal(isDamaged ? NotGzip : null, (string?)each["reason"]);
                Assert.Equal(isDamaged ? "data_error" : null, (string?)each["error"]);
            }
        }
    }

    private static byte[] Packed(string kind, string text)
    {
        var packed = Pack(text);
        switch (kind)
        {
            case "good":
                return packed;
            case "two members":
                return [.. Pack(text[..1]), .. Pack(text[1..])];
            case "rubbish behind":
                return [.. packed, .. "rubbish"u8];
            case "zeros behind":
                return [.. packed, 0, 0, 0];
            case "cut":
                return packed[..^9];
            case "wrong sum":
                packed[^6] ^= 1;
                return packed;
            case "none":
                return Encoding.UTF8.GetBytes(text);
            default:
                return [];
        }
    }

    private static byte[] Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static string Random(int length)
    {
        var random = new Random(length);
        return string.Create(length, random, static (text, random) =>
        {
            foreach (ref var each in text)
            {
                each = (char)('a' + random.Next(26));
            }
        });
    }

    private static MultipartContent Related(string json, byte[] attachment)
    {
        var related = new MultipartContent("related", "boundary") { new StringContent(json, Encoding.UTF8, "application/json") };
        related.First().Headers.ContentType!.CharSet = null;
        related.Add(new ByteArrayContent(attachment));
        return related;
    }

    /// <summary>Flips a bit in the middle of the content that has so many bytes.</summary>
    private static void Damage(MemoryStore store, long length)
    {
        var chunks = new List<(byte[] Blob, byte[] Key, byte[] Value)>();
        using (var cursor = store.Scan(Keyspace.Attachments, [], [0xFF]))
        {
            while (cursor.MoveNext())
            {
                chunks.Add((cursor.Key[..^4].ToArray(), cursor.Key.ToArray(), cursor.Value.ToArray()));
            }
        }

        var (_, key, value) = chunks.GroupBy(static chunk => Convert.ToHexString(chunk.Blob))
            .Single(blob => blob.Sum(static chunk => (long)chunk.Value.Length) == length)
            .First();
        value[value.Length / 2] ^= 1;
        using var batch = store.CreateBatch();
        batch.Put(Keyspace.Attachments, key, value);
        store.Commit(batch, sync: true);
    }

    private sealed class Chunked(byte[] bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(bytes).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
