using System.IO.Compression;
using System.Text;

namespace CloudWall.Server.Tests.Limits;

/// <summary>Review, attack 4: a few KiB that unpack to more than a request may hold, on every way in.</summary>
public sealed class PackedBodyTests
{
    private const int Unpacked = 30_000_000;

    /// <summary>Text that begins, goes on with a unit over and over, and ends.</summary>
    [Theory]
    [InlineData("PUT", "/db/doc", "", "          ", "{}")]
    [InlineData("PUT", "/db/doc", "{\"a\":[", "1,", "1]}")]
    [InlineData("PUT", "/db/_local/doc", "", "          ", "{}")]
    [InlineData("POST", "/db", "", "          ", "{}")]
    [InlineData("POST", "/db/_bulk_docs", "{\"docs\":[", "{},", "{}]}")]
    [InlineData("POST", "/db/_bulk_docs", "{\"docs\":[{\"a\":\"", "0123456789", "\"}]}")]
    [InlineData("POST", "/db/_bulk_docs", "{\"x\":\"", "0123456789", "\",\"docs\":[]}")]
    [InlineData("POST", "/db/_bulk_get", "{\"docs\":[", "{\"id\":\"a\"},", "{\"id\":\"a\"}]}")]
    [InlineData("POST", "/db/_revs_diff", "{\"a\":[", "\"1-a\",", "\"1-a\"]}")]
    [InlineData("POST", "/db/_missing_revs", "{\"a\":[", "\"1-a\",", "\"1-a\"]}")]
    [InlineData("POST", "/db/_all_docs", "{\"keys\":[", "\"a\",", "\"a\"]}")]
    [InlineData("POST", "/db/_all_docs/queries", "{\"queries\":[", "{},", "{}]}")]
    [InlineData("POST", "/db/_local_docs", "{\"keys\":[", "\"a\",", "\"a\"]}")]
    [InlineData("POST", "/db/_design_docs", "{\"keys\":[", "\"a\",", "\"a\"]}")]
    [InlineData("POST", "/db/_design/d/_view/v", "{\"keys\":[", "1,", "1]}")]
    [InlineData("POST", "/db/_design/d/_view/v/queries", "{\"queries\":[", "{},", "{}]}")]
    [InlineData("POST", "/db/_design/d/_list/l/v", "{\"keys\":[", "1,", "1]}")]
    [InlineData("POST", "/db/_design/d/_show/s", "", "0123456789", "")]
    [InlineData("POST", "/db/_design/d/_update/u", "", "0123456789", "")]
    [InlineData("POST", "/db/_changes?filter=_doc_ids", "{\"doc_ids\":[", "\"a\",", "\"a\"]}")]
    [InlineData("POST", "/db/_purge", "{\"a\":[", "\"1-a\",", "\"1-a\"]}")]
    [InlineData("POST", "/_dbs_info", "{\"keys\":[", "\"a\",", "\"a\"]}")]
    [InlineData("POST", "/_replicate", "{\"source\":\"a\",\"target\":\"b\",\"doc_ids\":[", "\"a\",", "\"a\"]}")]
    [InlineData("PUT", "/db/_security", "{\"a\":[", "\"a\",", "\"a\"]}")]
    [InlineData("PUT", "/db/_revs_limit", "", "          ", "5")]
    public async Task What_unpacks_to_more_than_a_request_may_hold_is_refused(string method, string path, string begin, string unit, string end)
    {
        await using var node = await StartAsync();
        var answer = await node.SendBytesAsync(
            method, path, Gzip(begin, unit, end), "admin:pass", ["Content-Encoding: gzip", "Content-Type: application/json"]);
        Assert.Equal(413, answer.Status);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        Assert.Equal(1, node.Node.Databases.Find("db")!.DocumentCount);
    }

    [Fact]
    public async Task A_document_among_parts_is_refused_too()
    {
        await using var node = await StartAsync();
        var text = "--b\r\nContent-Type: application/json\r\n\r\n" + new string(' ', Unpacked) + "{}\r\n--b--";
        var answer = await node.SendBytesAsync(
            "PUT", "/db/doc", Encoding.UTF8.GetBytes(text), "admin:pass", ["Content-Type: multipart/related; boundary=b"]);
        Assert.Equal(413, answer.Status);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync(("cloudwall", "request_memory", "4000000"));
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        const string Design = """
            {"views":{"v":{"map":"function (doc) {}"}},"lists":{"l":"function () {}"},"shows":{"s":"function () {}"},"updates":{"u":"function () {}"}}
            """;
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", Design)).Status);
        return node;
    }

    private static byte[] Gzip(string begin, string unit, string end)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(begin));
            var units = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 10_000)));
            for (var written = 0; written < Unpacked; written += units.Length)
            {
                gzip.Write(units);
            }

            gzip.Write(Encoding.UTF8.GetBytes(end));
        }

        return packed.ToArray();
    }
}
