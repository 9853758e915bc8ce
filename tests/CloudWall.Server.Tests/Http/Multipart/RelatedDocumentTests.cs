using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using CloudWall.Documents.Multipart;
using CloudWall.Server.Http.Multipart;
using CsCheck;

namespace CloudWall.Server.Tests.Http.Multipart;

public sealed class RelatedDocumentTests
{
    [Fact]
    public void A_document_with_attachments_is_framed_as_CouchDB_frames_it()
    {
        var written = Write("B"u8.ToArray(), "{}", [("a.txt", "text/plain", "zip", true), ("ключ \"q\"", "a/b", "", false)]);
        Assert.Equal(
            "--B\r\nContent-Type: application/json\r\n\r\n{}\r\n--B"
            + "\r\nContent-Disposition: attachment; filename=\"a.txt\"\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nzip\r\n--B"
            + "\r\nContent-Disposition: attachment; filename=\"ключ \"q\"\"\r\nContent-Type: a/b\r\nContent-Length: 0\r\n\r\n\r\n--B--",
            Encoding.UTF8.GetString(written));
    }

    [Fact]
    public void The_content_type_names_the_boundary() =>
        Assert.Equal("multipart/related; boundary=\"abc\"", RelatedDocument.ContentType("abc"u8));

    [Fact]
    public void Line_breaks_in_a_name_start_no_header()
    {
        var output = new ArrayBufferWriter<byte>();
        new AttachmentPart("a\r\nX: y", "t\n/p", 1, gzip: false).WriteHeaders(output);
        Assert.Equal(
            "\r\nContent-Disposition: attachment; filename=\"a%0D%0AX: y\"\r\nContent-Type: t%0A/p\r\nContent-Length: 1\r\n\r\n",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void The_length_is_known_beforehand_and_the_parts_are_read_again()
    {
        var text = Gen.String[Gen.Char["abc;\"\\ é\r\n-"], 0, 20];
        var attachment = Gen.Select(text, Gen.OneOf("text/plain", "a/b", "x"), text, Gen.Bool);
        Gen.Select(Gen.OneOf("{}", "{\"a\":\"b\"}"), attachment.Array[1, 4]).Sample((json, attachments) =>
        {
            var boundary = Boundary.Create();
            var written = Write(boundary, json, attachments);
            var parts = Array.ConvertAll(attachments, static a => Part(a.Item1, a.Item2, a.Item3, a.Item4));
            Assert.Equal(written.Length, RelatedDocument.Length(boundary, json.Length, parts));

            var reader = new MultipartReader(new PipeByteSource(PipeReader.Create(new MemoryStream(written), new StreamPipeReaderOptions(bufferSize: 5))), boundary);
            Assert.Equal("application/json", Next()!.RawContentType);
            Assert.Equal(json, Body());
            foreach (var (_, type, content, gzip) in attachments)
            {
                var part = Next()!;
                Assert.Equal(type, part.RawContentType);
                Assert.Equal(gzip ? "gzip" : null, part.Find("content-encoding"));
                Assert.Equal(content, Body());
            }

            Assert.Null(Next());

            MultipartPart? Next() => reader.ReadPartAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

            string Body()
            {
                var body = new ArrayBufferWriter<byte>();
                reader.ReadWholeAsync(body, long.MaxValue, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                return Encoding.UTF8.GetString(body.WrittenSpan);
            }
        });
    }

    [Fact]
    public void A_document_without_attachments_is_its_JSON() => Assert.Equal(7, RelatedDocument.Length("abc"u8, 7, []));

    private static AttachmentPart Part(string name, string type, string content, bool gzip) =>
        new(name, type, Encoding.UTF8.GetByteCount(content), gzip);

    private static byte[] Write(byte[] boundary, string json, (string Name, string Type, string Content, bool Gzip)[] attachments)
    {
        var output = new ArrayBufferWriter<byte>();
        RelatedDocument.WriteStart(output, boundary);
        output.Write(Encoding.UTF8.GetBytes(json));
        RelatedDocument.WriteBoundary(output, boundary);
        foreach (var (name, type, content, gzip) in attachments)
        {
            Part(name, type, content, gzip).WriteHeaders(output);
            output.Write(Encoding.UTF8.GetBytes(content));
            RelatedDocument.WriteBoundary(output, boundary);
        }

        RelatedDocument.WriteEnd(output);
        return output.WrittenSpan.ToArray();
    }
}
