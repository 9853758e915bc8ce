using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Server.Endpoints.Documents.Receiving;
using CloudWall.Server.Http;
using CloudWall.Storage;
using CsCheck;

namespace CloudWall.Server.Tests.Endpoints.Documents.Receiving;

/// <summary>
/// Review, attack 4: attachments in a document are taken in while it comes. What comes of it must be what comes of a document that is read
/// as a whole, whatever it looks like and wherever it is cut.
/// </summary>
public sealed class DocumentTextTests : IAsyncLifetime
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly Gen<string> Base64 = Gen.OneOf(
        Gen.Byte.Array[0, 60].Select(Convert.ToBase64String),
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[0, 90], OneOf(" ", "\\n", "\\r\\n", "\\t")).Select(static (bytes, at, white) =>
            Convert.ToBase64String(bytes) is var text ? text.Insert(Math.Min(at, text.Length), white) : ""),
        Gen.Byte.Array[0, 60].Select(static bytes => Convert.ToBase64String(bytes).Replace("/", "\\/", StringComparison.Ordinal)),
        Gen.Byte.Array[0, 20].Select(static bytes => string.Concat(Convert.ToBase64String(bytes).Select(static c => $"\\u{(int)c:x4}"))),

        // What the last character says in the bits that do not count.
        Gen.Select(Gen.Char[Letters].Array[2], Gen.Char[Letters].Array[3]).Select(static (two, three) => new string(three) + "A" + new string(two) + "=="),
        Gen.Char[Letters + Letters + Letters + "= !\u00e9\\"].Array[0, 12].Select(static text => new string(text)),
        OneOf("=", "==", "A", "AA", "AAA", "A===", "AA=", "AA=A", "AA==AAAA", "AAA=\\n", "AA=\\n=", "\\u000a", "\\u0022", "\\b", "\\x", "\\u00", "\n", "=0", "=1!"));

    private static readonly Gen<string> Attachment = Gen.OneOf(
        Base64.Select(static text => $$"""{"content_type":"image/png","data":"{{text}}"}"""),
        Base64.Select(static text => $$"""{"data":"{{text}}","content_type":"text/plain"}"""),
        Base64.Select(static text => $$"""{"content_type":"text/plain", "data" : "{{text}}" , "x":{"data":"AAAA"} }"""),
        Base64.Select(static text => $$"""{"d\u0061ta":"{{text}}"}"""),
        Base64.Select(static text => $$"""{"stub":true,"data":"{{text}}"}"""),
        Base64.Select(static text => $$"""{"follows":true,"data":"{{text}}"}"""),
        Gen.Select(Base64, Base64).Select(static (one, other) => $$"""{"data":"{{one}}","data":"{{other}}"}"""),
        OneOf("""{"data":["AAAA"]}""", """{"data":{"data":"AAAA"}}""", """{"data":1}""", """{"data":null}""", "[]", "1", "\"data\"", """[{"data":"AAAA"}]""", "{}", """{"content_type":7,"data":"AAAA"}"""));

    private static readonly Gen<string> Attachments = Gen.Select(OneOf("a", "b", "c d", "\\u0061", "data", "_x", "é"), Attachment).Array[0, 4]
        .Select(static members => "{" + string.Join(',', members.Select(static member => $"\"{member.Item1}\":{member.Item2}")) + "}");

    private static readonly Gen<string> Member = Gen.OneOf(
        Attachments.Select(static json => "\"_attachments\":" + json),
        Attachments.Select(static json => "\"_attachments\" : " + json),
        Attachments.Select(static json => "\"_\\u0061ttachments\":" + json),
        Attachments.Select(static json => "\"other\":{\"_attachments\":" + json + "}"),
        Attachments.Select(static json => "\"list\":[{\"_attachments\":" + json + "}]"),
        OneOf("\"x\":1", "\"y\":\"}{\\\"]\"", "\"z\":[[],{}]", "\"_attachments\":[]", "\"_attachments\":\"a\"", "\"_id\":\"i\"", "\"_rev\":\"1-a\"", "\"_bad\":1", "1", "\"x\"", "", "}"));

    private static readonly Gen<string> Documents = Member.Array[1, 4].Select(static members => "{" + string.Join(',', members) + "}");

    private InProcessNode _node = null!;

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    public async ValueTask InitializeAsync() => _node = await InProcessNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public void A_document_is_the_same_however_it_comes() =>
        Gen.Select(Documents, Gen.Int[1, 50]).Sample(
            (json, piece) =>
            {
                var utf8 = Encoding.UTF8.GetBytes(json);
                Assert.Equal(Whole(utf8), InPiecesAsync(utf8, piece).GetAwaiter().GetResult());
            },
            iter: 20_000,
            threads: 1);

    [Fact]
    public async Task A_long_attachment_is_not_held_and_what_stands_around_it_is_not_changed()
    {
        var bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        var json = Encoding.UTF8.GetBytes($$"""
            {"_id":"a", "text":"{{new string('y', 100_000)}}", "_attachments": {"file": {"content_type":"image/png", "data": "{{Convert.ToBase64String(bytes)}}"} }, "last":[1,2]}
            """);
        var memory = Memory();
        using var share = new MemoryShare(memory);
        await using (var text = new DocumentText(_node.Database, share, CancellationToken.None))
        {
            await text.ExpectAsync(json.Length);
            for (var at = 0; at < json.Length; at += 10_000)
            {
                await text.TakeAsync(new ReadOnlySequence<byte>(json, at, Math.Min(10_000, json.Length - at)));
            }

            var document = await text.ParseAsync();
            Assert.InRange(share.Bytes, 300_000, 1_500_000);
            Assert.Equal("{\"text\":\"" + new string('y', 100_000) + "\",\"last\":[1,2]}", Encoding.UTF8.GetString(document.Body.Span));
            var attachment = Assert.Single(document.Attachments);
            Assert.Equal((0, null, bytes.Length), (attachment.Received, attachment.Data, attachment.Length));
            using var content = text.Contents!.Take(0);
            Assert.Equal(bytes, await BytesAsync(content));
        }

        // Nobody refers to it.
        Assert.Equal(0, _node.Count(Keyspace.Attachments));
    }

    [Fact]
    public async Task What_was_received_goes_where_the_document_comes_to_nothing()
    {
        var json = Encoding.UTF8.GetBytes("{\"_attachments\":{\"a\":{\"data\":\"" + new string('A', 1_000_000) + "\"},\"b\":{\"data\":\"" + new string('A', 1_000_000));
        using var share = new MemoryShare(Memory());
        await using (var text = new DocumentText(_node.Database, share, CancellationToken.None))
        {
            await text.TakeAsync(new ReadOnlySequence<byte>(json));
            Assert.True(_node.Count(Keyspace.Attachments) > 8);
            await Assert.ThrowsAsync<DocumentException>(async () => await text.ParseAsync());
        }

        Assert.Equal(0, _node.Count(Keyspace.Attachments));
    }

    private static SharedMemory Memory() =>
        new(64 << 20, 1, TimeSpan.FromSeconds(1), HttpErrors.NoMemory, HttpErrors.BodyTooLarge, TimeProvider.System);

    private static string Whole(byte[] json)
    {
        try
        {
            return Describe(DocumentParser.Parse(json, DocumentLimits.Default), static attachment => attachment.Data?.ToArray());
        }
        catch (DocumentException refused)
        {
            return refused.Error.ToString();
        }
    }

    private async Task<string> InPiecesAsync(byte[] json, int piece)
    {
        using var share = new MemoryShare(Memory());
        await using var text = new DocumentText(_node.Database, share, CancellationToken.None);
        var taken = 0;
        while (taken < json.Length && !text.IsComplete)
        {
            taken += await text.TakeAsync(json.AsMemory(taken, Math.Min(piece, json.Length - taken)));
        }

        try
        {
            var document = await text.ParseAsync();
            if (taken < json.Length)
            {
                return DocumentError.BadRequest("invalid UTF-8 JSON").ToString();
            }

            var contents = new Dictionary<int, byte[]>();
            foreach (var number in document.Attachments.Select(static attachment => attachment.Received).OfType<int>())
            {
                using var content = text.Contents!.Take(number);
                contents[number] = await BytesAsync(content);
            }

            return Describe(document, attachment => attachment.Received is { } number ? contents[number] : null);
        }
        catch (DocumentException refused)
        {
            return refused.Error.ToString();
        }
    }

    private async Task<byte[]> BytesAsync(StoredContent content)
    {
        await using Stream stored = new ContentStream(_node.Database.ReadContentAsync(content, CancellationToken.None));
        await using var unpacked = content.Encoding == ContentEncoding.Gzip ? new GZipStream(stored, CompressionMode.Decompress) : stored;
        using var bytes = new MemoryStream();
        await unpacked.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static string Describe(ParsedDocument document, Func<ParsedAttachment, byte[]?> bytesOf)
    {
        var text = new StringBuilder()
            .Append(document.Id).Append(' ').Append(document.Revision).Append(' ').Append(Encoding.UTF8.GetString(document.Body.Span))
            .Append(' ').Append(Convert.ToHexString(document.Term.Span));
        foreach (var attachment in document.Attachments)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{attachment.Name} {attachment.ContentType} {attachment.Stub} {attachment.Follows} {attachment.Length} {attachment.EncodedLength} ")
                .Append(bytesOf(attachment) is { } bytes ? Convert.ToHexString(bytes) : "none");
        }

        return text.ToString();
    }
}
