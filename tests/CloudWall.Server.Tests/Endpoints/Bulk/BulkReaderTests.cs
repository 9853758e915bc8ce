using System.Buffers;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Json;
using CloudWall.Server.Endpoints.Bulk;
using CloudWall.Server.Http;
using CloudWall.Storage;
using CsCheck;

namespace CloudWall.Server.Tests.Endpoints.Bulk;

public sealed class BulkReaderTests : IAsyncLifetime
{
    private InProcessNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await InProcessNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public void Documents_of_any_length_are_found_wherever_the_pieces_end() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 100_000], Gen.Int[1, 70_000], Gen.Bool, Gen.Int[4, 100]).Sample(
            (count, longest, piece, newEdits, mebibytes) =>
            {
                var random = new Random(longest);
                var texts = Enumerable.Range(0, count).Select(_ => new string('é', random.Next(longest + 1))).ToList();
                var json = $$"""
                    {"first":{"docs":[{}],"b":[1,[2]]}, "docs" : [5], "new_edits":{{(newEdits ? "true" : "false")}},
                     "docs": [ {{string.Join(" , ", texts.Select((text, i) => $$"""{"_id":"{{i}}","_rev":"1-a","t":["{{text}}"]}"""))}} ] , "last":"\"]}"}
                    """;
                var (request, documents) = Read(Encoding.UTF8.GetBytes(json), piece, mebibytes << 20);
                Assert.Equal(newEdits, request.NewEdits);
                Assert.False(request.AllOrNothing);
                Assert.Equal(texts.Select((_, i) => $"{i}"), documents.Select(static document => document.Id));
                Assert.Equal(
                    texts.Select(static text => "{\"t\":[\"" + text + "\"]}"),
                    documents.Select(static document => Encoding.UTF8.GetString(document.Body.Span)));
            },
            iter: 60,
            threads: 1);

    [Theory]
    [InlineData("""{"docs":[{"_id":5},{"_id":"a","x":1}]""", "invalid UTF-8 JSON")]
    [InlineData("""{"docs":[{"_foo":5}]}]""", "invalid UTF-8 JSON")]
    [InlineData("""{"docs":[{"_foo":5}], "d\ud800":1}""", "invalid UTF-8 JSON")]
    [InlineData("""[{"docs":[]}]""", "Request body must be a JSON object")]
    [InlineData("""{"docs":[{"_foo":5}],"docs":3}""", "`docs` parameter must be an array.")]
    [InlineData("""{"docs":[{"a":1},{"_foo":5}],"new_edits":false}""", "When `new_edits: false`, the document needs `_rev` or `_revisions` specified")]
    [InlineData("""{"docs":[{"_rev":"1-a"},{"_foo":5},{}],"new_edits":false}""", "Bad special document member: _foo")]
    [InlineData("""{"docs":[{"_attachments":{"a":{"follows":true}}},{"_foo":5}]}""", "The content of attachment a does not follow")]
    [InlineData("", "invalid UTF-8 JSON")]
    public void What_is_wrong_is_told_in_the_order_of_its_weight(string json, string reason)
    {
        foreach (var piece in (int[])[1, 7, 1000])
        {
            var refusal = Assert.Throws<DocumentException>(() => Read(Encoding.UTF8.GetBytes(json), piece, 64 << 20));
            Assert.Equal(reason, refusal.Error.Reason);
        }
    }

    /// <summary>The same where a document does not fit the window, and is received by itself.</summary>
    [Theory]
    [InlineData("""{"docs":[{"_id":5},{"_id":"a","x":"#"}]""", "invalid UTF-8 JSON")]
    [InlineData("""{"docs":[{"_foo":"#"}]}]""", "invalid UTF-8 JSON")]
    [InlineData("""{"docs":[{"a":"#"],"b":1}]}""", "invalid UTF-8 JSON")]
    [InlineData("""{"docs":[{"a":"#" """, "invalid UTF-8 JSON")]
    [InlineData("""{"docs":[{"_foo":"#"}],"docs":3}""", "`docs` parameter must be an array.")]
    [InlineData("""{"docs":[{"a":"#"},{"_foo":5}],"new_edits":false}""", "When `new_edits: false`, the document needs `_rev` or `_revisions` specified")]
    [InlineData("""{"docs":[{"_rev":"1-a","b":"#"},{"_bar":"#"},{"_foo":"#"}],"new_edits":false}""", "Bad special document member: _bar")]
    [InlineData("""{"docs":["#",{"_foo":1}]}""", "Document must be a JSON object")]
    [InlineData("""{"docs":[{"_attachments":{"b":{"data":"!","x":"#"}}}]}""", "Invalid attachment data for b")]
    public void What_is_wrong_with_long_documents_is_told_so_too(string json, string reason) =>
        What_is_wrong_is_told_in_the_order_of_its_weight(json.Replace("#", new string('x', 100_000), StringComparison.Ordinal), reason);

    [Fact]
    public async Task Holds_of_a_long_body_no_more_than_the_documents()
    {
        using var share = new MemoryShare(Memory(64 << 20));
        await using var reader = new BulkReader(_node.Database, share, CancellationToken.None);
        await reader.TakeAsync(new ReadOnlySequence<byte>("{\"skipped\":[0"u8.ToArray()));
        var piece = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(", 1", 10_000))));
        for (var i = 0; i < 100; i++)
        {
            await reader.TakeAsync(piece);
        }

        Assert.InRange(share.Bytes, 1, 256 * 1024);
        await reader.TakeAsync(new ReadOnlySequence<byte>("],\"docs\":[]}"u8.ToArray()));
        Assert.Equal(0, (await reader.CompleteAsync()).Documents.Count);
    }

    /// <summary>Review, attack 4: a bulk is held in parts, whatever its length.</summary>
    [Fact]
    public async Task Holds_of_a_long_bulk_no_more_than_a_part()
    {
        var memory = Memory(4 << 20);
        var text = new string('x', 20_000);
        var json = Encoding.UTF8.GetBytes("{\"docs\":[" + string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"_id":"{{i}}","t":"{{text}}"}""")) + "]}");
        using var share = new MemoryShare(memory);
        await using (var reader = new BulkReader(_node.Database, share, CancellationToken.None))
        {
            await reader.TakeAsync(new ReadOnlySequence<byte>(json));
            var count = 0;
            await foreach (var (document, _, weight) in (await reader.CompleteAsync()).Documents.ReadAsync(CancellationToken.None))
            {
                Assert.Equal($"{count++}", document.Id);
                share.Free(weight);
            }

            Assert.Equal(1000, count);
            Assert.InRange(share.Bytes, 1 << 20, 2 << 20);
            Assert.True(_node.Count(Keyspace.Attachments) > 0);
        }

        Assert.Equal(0, _node.Count(Keyspace.Attachments));
    }

    private (BulkRequest Request, List<ParsedDocument> Documents) Read(byte[] json, int piece, long memory)
    {
        return ReadAsync().GetAwaiter().GetResult();

        async Task<(BulkRequest, List<ParsedDocument>)> ReadAsync()
        {
            using var share = new MemoryShare(Memory(memory));
            await using var reader = new BulkReader(_node.Database, share, CancellationToken.None);
            for (var at = 0; at < json.Length; at += piece)
            {
                await reader.TakeAsync(new ReadOnlySequence<byte>(json, at, Math.Min(piece, json.Length - at)));
            }

            var request = await reader.CompleteAsync();
            var documents = new List<ParsedDocument>();
            await foreach (var (document, _, weight) in request.Documents.ReadAsync(CancellationToken.None))
            {
                documents.Add(document);
                share.Free(weight);
            }

            return (request, documents);
        }
    }

    private static SharedMemory Memory(long capacity) =>
        new(capacity, 1, TimeSpan.FromSeconds(1), HttpErrors.NoMemory, HttpErrors.BodyTooLarge, TimeProvider.System);
}
