using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using CloudWall.Documents.Multipart;
using CsCheck;

namespace CloudWall.Documents.Tests.Multipart;

public sealed class MultipartReaderTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--", "content-type=text/plain:hello")]
    [InlineData("preamble\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\nepilogue", ":one|:two")]
    [InlineData("preamble\n--b\r\n\r\none\r\n--b--", ":one")]
    [InlineData("---b\r\n\r\none\r\n--b--", ":one")]
    [InlineData("--b\r\n\r\n\r\n--b--", ":")]
    [InlineData("--b\r\n\r\n\r\n--c\r\n--b\r\n\r\n\r\r\n-\r\n--b--", ":\r\n--c|:\r\r\n-")]
    [InlineData("--b  \r\nA: 1\r\nb:2\r\n  3\r\n\r\nx\r\n--b--", "a=1,b=2 3:x")]
    [InlineData("--b--", "")]
    [InlineData("--b\r\n\r\nline\nline\n--b\n\r\n--b--", ":line\nline\n--b\n")]
    public async Task Parts_are_read_whatever_the_pieces_they_arrive_in(string body, string expected)
    {
        for (var size = 1; size <= body.Length; size++)
        {
            Assert.Equal(expected, await ReadAllAsync(Reader(body, size)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no boundary at all")]
    [InlineData("--b")]
    [InlineData("--b\r\nContent-Type: text/plain\r\n")]
    [InlineData("--b\r\n\r\nhello")]
    [InlineData("--b\r\n\r\nhello\r\n--")]
    [InlineData("--b\r\n\r\nhello\r\n--b")]
    [InlineData("--b\r\n\r\nhello\r\n--b-")]
    public async Task A_body_that_is_cut_off_is_refused(string body)
    {
        foreach (var size in new[] { 1, 3, 1000 })
        {
            var refused = await Assert.ThrowsAsync<DocumentException>(() => ReadAllAsync(Reader(body, size)));
            Assert.Equal(400, refused.Error.Status);
        }
    }

    [Fact]
    public async Task A_header_without_a_colon_is_refused()
    {
        var refused = await Assert.ThrowsAsync<DocumentException>(() => ReadAllAsync(Reader("--b\r\nnonsense\r\n\r\n\r\n--b--", 7)));
        Assert.Equal("bad part header", refused.Error.Reason);
    }

    [Fact]
    public async Task Headers_without_end_are_refused_before_they_fill_the_memory()
    {
        var endless = new CountingSource("--b\r\nA: "u8.ToArray());
        var refused = await Assert.ThrowsAsync<DocumentException>(
            async () => await new MultipartReader(endless, "b"u8).ReadPartAsync(None));
        Assert.Equal(400, refused.Error.Status);
        Assert.InRange(endless.Given, 0, 2 * MultipartReader.MaxHeaderBytes);
    }

    [Fact]
    public async Task What_is_not_read_of_a_part_is_passed_over()
    {
        var reader = Reader("--b\r\n\r\nlong content\r\n--b\r\n\r\nsecond\r\n--b--", 11);
        Assert.NotNull(await reader.ReadPartAsync(None));
        Assert.Equal("long"u8.ToArray(), (await reader.ReadAsync(None)).ToArray());
        Assert.NotNull(await reader.ReadPartAsync(None));
        Assert.Equal("second", await ReadBodyAsync(reader));
        Assert.Null(await reader.ReadPartAsync(None));
        Assert.Null(await reader.ReadPartAsync(None));
    }

    [Fact]
    public async Task A_part_that_is_multipart_is_read_by_a_reader_of_its_own()
    {
        const string Inner = "--in\r\n\r\none\r\n--in\r\n\r\ntwo\r\n--in--";
        const string Body = "--out\r\nContent-Type: multipart/related; boundary=\"in\"\r\n\r\n" + Inner + "\r\n--out\r\n\r\nlast\r\n--out--";
        for (var size = 1; size < 40; size++)
        {
            var outer = new MultipartReader(new PiecewiseSource(Encoding.UTF8.GetBytes(Body), size), "out"u8);
            var part = await outer.ReadPartAsync(None);
            var inner = new MultipartReader(outer, Encoding.UTF8.GetBytes(part!.ContentType!.Value.Find("boundary")!));
            Assert.Equal(":one|:two", await ReadAllAsync(inner));
            Assert.NotNull(await outer.ReadPartAsync(None));
            Assert.Equal("last", await ReadBodyAsync(outer));
            Assert.Null(await outer.ReadPartAsync(None));
        }
    }

    [Fact]
    public async Task A_part_larger_than_allowed_is_refused()
    {
        var reader = Reader("--b\r\n\r\n12345\r\n--b--", 2);
        await reader.ReadPartAsync(None);
        var refused = await Assert.ThrowsAsync<DocumentException>(
            async () => await reader.ReadWholeAsync(new ArrayBufferWriter<byte>(), 4, None));
        Assert.Equal(413, refused.Error.Status);
    }

    [Fact]
    public async Task A_pipe_is_read_to_its_end_with_nothing_left_unread()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64, resumeWriterThreshold: 32, minimumSegmentSize: 16));
        var content = Enumerable.Range(0, 5000).Select(static i => (byte)(i * 7)).ToArray();
        var writing = WriteAsync();
        var reader = new MultipartReader(new PipeByteSource(pipe.Reader), "b"u8);
        Assert.NotNull(await reader.ReadPartAsync(None));
        var read = new ArrayBufferWriter<byte>();
        await reader.ReadWholeAsync(read, long.MaxValue, None);
        Assert.Equal(content, read.WrittenSpan.ToArray());
        Assert.Null(await reader.ReadPartAsync(None));
        await writing;

        async Task WriteAsync()
        {
            await pipe.Writer.WriteAsync("--b\r\n\r\n"u8.ToArray());
            foreach (var piece in content.Chunk(37))
            {
                await pipe.Writer.WriteAsync(piece);
            }

            await pipe.Writer.WriteAsync("\r\n--b--"u8.ToArray());
            await pipe.Writer.CompleteAsync();
        }
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        // Contents made of the delimiter's own pieces are the hard ones.
        var content = Gen.OneOf("\r", "\n", "\r\n", "-", "--", "b", "\r\n-", "\r\n--", "\r\n--a", "x", "\0").Array[0, 12]
            .Select(static pieces => string.Concat(pieces));
        var part = Gen.Select(Gen.OneOf("", "A: 1\r\n", "Content-Type: text/plain\r\nX: y\r\n"), content);
        Gen.Select(part.Array[0, 4], Gen.Int[1, 9].Array[1, 4], Gen.OneOf("ba", "--", "-b", "aab")).Sample((parts, sizes, boundary) =>
        {
            var body = new StringBuilder();
            foreach (var (headers, text) in parts)
            {
                if (("\r\n\r\n" + text + "\r\n").Contains("\r\n--" + boundary, StringComparison.Ordinal))
                {
                    return;
                }

                body.Append("\r\n--").Append(boundary).Append("\r\n").Append(headers).Append("\r\n").Append(text);
            }

            body.Append("\r\n--").Append(boundary).Append("--");
            var reader = new MultipartReader(new PiecewiseSource(Encoding.UTF8.GetBytes(body.ToString()), sizes), Encoding.UTF8.GetBytes(boundary));
            var expected = string.Join('|', parts.Select(static part =>
                part.Item1.TrimEnd().Replace("\r\n", ",", StringComparison.Ordinal).Replace(": ", "=", StringComparison.Ordinal).ToLowerInvariant()
                + ":" + part.Item2));
            Assert.Equal(expected, ReadAllAsync(reader).GetAwaiter().GetResult());
        });
    }

    private static MultipartReader Reader(string body, int size) =>
        new(new PiecewiseSource(Encoding.UTF8.GetBytes(body), size), "b"u8);

    private static async Task<string> ReadAllAsync(MultipartReader reader)
    {
        var parts = new List<string>();
        while (await reader.ReadPartAsync(None) is { } part)
        {
            var headers = new List<string>();
            foreach (var name in new[] { "a", "b", "content-type", "x" })
            {
                if (part.Find(name) is { } value)
                {
                    headers.Add(name + "=" + value);
                }
            }

            parts.Add(string.Join(',', headers) + ":" + await ReadBodyAsync(reader));
        }

        return string.Join('|', parts);
    }

    private static async Task<string> ReadBodyAsync(MultipartReader reader)
    {
        var body = new ArrayBufferWriter<byte>();
        await reader.ReadWholeAsync(body, long.MaxValue, None);
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private sealed class CountingSource(byte[] start) : IByteSource
    {
        public long Given { get; private set; }

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
        {
            var piece = Given == 0 ? start : new byte[1024];
            Given += piece.Length;
            return ValueTask.FromResult<ReadOnlyMemory<byte>>(piece);
        }
    }
}
