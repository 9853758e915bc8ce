using System.Buffers;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Json;
using CloudWall.Server.Endpoints.Bulk;
using CloudWall.Server.Http;
using CsCheck;

namespace CloudWall.Server.Tests.Endpoints.Bulk;

public sealed class BulkReaderTests
{
    [Fact]
    public void Documents_of_any_length_are_found_wherever_the_pieces_end() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 100_000], Gen.Int[1, 70_000], Gen.Bool).Sample(
            static (count, longest, piece, newEdits) =>
            {
                var random = new Random(longest);
                var texts = Enumerable.Range(0, count).Select(_ => new string('é', random.Next(longest + 1))).ToList();
                var json = $$"""
                    {"first":{"docs":[{}],"b":[1,[2]]}, "docs" : [5], "new_edits":{{(newEdits ? "true" : "false")}},
                     "docs": [ {{string.Join(" , ", texts.Select((text, i) => $$"""{"_id":"{{i}}","_rev":"1-a","t":["{{text}}"]}"""))}} ] , "last":"\"]}"}
                    """;
                var request = Read(Encoding.UTF8.GetBytes(json), piece);
                Assert.Equal(newEdits, request.NewEdits);
                Assert.False(request.AllOrNothing);
                Assert.Equal(texts.Select((_, i) => $"{i}"), request.Documents.Select(static document => document.Id));
                Assert.Equal(
                    texts.Select(static text => "{\"t\":[\"" + text + "\"]}"),
                    request.Documents.Select(static document => Encoding.UTF8.GetString(document.Body.Span)));
            },
            iter: 60);

    [Theory]
    [InlineData("""{"docs":[{"_id":5},{"_id":"a","x":1}]""", "invalid UTF-8 JSON")]
    [InlineData("""{"docs":[{"_foo":5}]}]""", "invalid UTF-8 JSON")]
    [InlineData("""{"docs":[{"_foo":5}], "d\ud800":1}""", "invalid UTF-8 JSON")]
    [InlineData("""[{"docs":[]}]""", "Request body must be a JSON object")]
    [InlineData("""{"docs":[{"_foo":5}],"docs":3}""", "`docs` parameter must be an array.")]
    [InlineData("""{"docs":[{"a":1},{"_foo":5}],"new_edits":false}""", "When `new_edits: false`, the document needs `_rev` or `_revisions` specified")]
    [InlineData("""{"docs":[{"_rev":"1-a"},{"_foo":5},{}],"new_edits":false}""", "Bad special document member: _foo")]
    [InlineData("", "invalid UTF-8 JSON")]
    public void What_is_wrong_is_told_in_the_order_of_its_weight(string json, string reason)
    {
        foreach (var piece in (int[])[1, 7, 1000])
        {
            var refusal = Assert.Throws<DocumentException>(() => Read(Encoding.UTF8.GetBytes(json), piece));
            Assert.Equal(reason, refusal.Error.Reason);
        }
    }

    [Fact]
    public async Task Holds_of_a_long_body_no_more_than_the_documents()
    {
        using var share = new MemoryShare(Memory());
        using var reader = new BulkReader(DocumentLimits.Default, share, CancellationToken.None);
        await reader.TakeAsync(new ReadOnlySequence<byte>("{\"skipped\":[0"u8.ToArray()));
        var piece = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(", 1", 10_000))));
        for (var i = 0; i < 100; i++)
        {
            await reader.TakeAsync(piece);
        }

        Assert.InRange(share.Bytes, 1, 128 * 1024);
        await reader.TakeAsync(new ReadOnlySequence<byte>("],\"docs\":[]}"u8.ToArray()));
        Assert.Empty((await reader.CompleteAsync()).Documents);
    }

    private static BulkRequest Read(byte[] json, int piece)
    {
        using var share = new MemoryShare(Memory());
        using var reader = new BulkReader(DocumentLimits.Default, share, CancellationToken.None);
        for (var at = 0; at < json.Length; at += piece)
        {
            Completed(reader.TakeAsync(new ReadOnlySequence<byte>(json, at, Math.Min(piece, json.Length - at))).AsTask());
        }

        return reader.CompleteAsync().AsTask().GetAwaiter().GetResult();
    }

    private static void Completed(Task task) => task.GetAwaiter().GetResult();

    private static SharedMemory Memory() => new(64 << 20, 1, TimeSpan.FromSeconds(1), HttpErrors.NoMemory, HttpErrors.BodyTooLarge, TimeProvider.System);
}
