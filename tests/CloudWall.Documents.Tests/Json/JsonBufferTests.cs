using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;
using CsCheck;

namespace CloudWall.Documents.Tests.Json;

public sealed class JsonBufferTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("é😀/\u2028", "\"é😀/\u2028\"")]
    [InlineData("\"\\\b\f\n\r\t", "\"\\\"\\\\\\b\\f\\n\\r\\t\"")]
    [InlineData("\u0000\u001f", "\"\\u0000\\u001F\"")]
    [InlineData(null, "null")]
    public void Escapes_as_CouchDB_does(string? text, string expected)
    {
        using var json = new JsonBuffer();
        Assert.Equal(expected, Encoding.UTF8.GetString(json.Text(text).WrittenSpan));
    }

    [Fact]
    public void Texts_come_back_as_they_were() => Gen.String.Sample(text =>
    {
        using var json = new JsonBuffer(1);
        var wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        Assert.Equal(wellFormed, Read(json.Text(text).WrittenSpan));
    });

    [Fact]
    public void Grows_with_what_is_written()
    {
        using var json = new JsonBuffer(16);
        for (var i = 0; i < 1000; i++)
        {
            json.Number(i).Raw(","u8);
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 1000).Select(static i => i + ",")), Encoding.UTF8.GetString(json.WrittenSpan));
    }

    [Fact]
    public void Long_texts_are_not_left_to_the_garbage_collector()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var json = new JsonBuffer(16);
        var piece = new byte[100_000];
        for (var i = 0; i < 100; i++)
        {
            piece.AsSpan().Fill((byte)i);
            json.Raw(piece);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_000_000);
        Assert.Equal(100 * piece.Length, json.WrittenCount);
        for (var i = 0; i < 100; i++)
        {
            Assert.False(json.WrittenSpan.Slice(i * piece.Length, piece.Length).ContainsAnyExcept((byte)i));
            Assert.False(json.WrittenMemory.Span.Slice(i * piece.Length, piece.Length).ContainsAnyExcept((byte)i));
        }

        json.Clear();
        Assert.Equal("1", Encoding.UTF8.GetString(json.Number(1).WrittenSpan));
        using var large = new JsonBuffer(5_000_000);
        Assert.Equal("{}", Encoding.UTF8.GetString(large.Raw("{}"u8).WrittenSpan));
    }

    [Theory]
    [InlineData("""{"keys":["a"],"x":{"keys":1}}""", """["a"]""")]
    [InlineData("""{"keys":1,"keys":2}""", "2")]
    [InlineData("""{"k\u0065ys":true}""", "true")]
    [InlineData("{}", null)]
    public void Finds_members(string json, string? expected)
    {
        var found = JsonMember.TryFind(Encoding.UTF8.GetBytes(json), "keys"u8, out var value);
        Assert.Equal(expected, found ? Encoding.UTF8.GetString(value) : null);
    }

    [Theory]
    [InlineData("[]", "Request body must be a JSON object")]
    [InlineData("", "invalid UTF-8 JSON")]
    [InlineData("{", "invalid UTF-8 JSON")]
    [InlineData("{} x", "invalid UTF-8 JSON")]
    public void Refuses_what_is_no_object(string json, string reason)
    {
        var refusal = Assert.Throws<DocumentException>(() => JsonMember.TryFind(Encoding.UTF8.GetBytes(json), "keys"u8, out _));
        Assert.Equal(reason, refusal.Error.Reason);
    }

    private static string? Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        Assert.True(reader.Read());
        return reader.GetString();
    }
}
