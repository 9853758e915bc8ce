using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Buffers;

/// <summary>Review, attack 4: what a large document took went into the process's pool, and stayed there for good.</summary>
public sealed class SharedArraysTests
{
    private static readonly string Long = new('x', 8 << 20);

    [Theory]
    [InlineData(1 << 10, true)]
    [InlineData(SharedArrays.LongestPooled, true)]
    [InlineData(SharedArrays.LongestPooled + 1, false)]
    public void Long_arrays_are_not_kept_and_short_ones_are(int length, bool kept) =>
        Assert.Equal(kept ? length : 0, ReturnedArrays.LongestOf(() => SharedArrays.Return(SharedArrays.Rent<byte>(length))));

    [Fact]
    public void An_array_grows_with_what_is_in_it()
    {
        var grown = SharedArrays.Rent<long>(16);
        grown[1] = 5;
        var before = grown.Length;
        grown = SharedArrays.Grow(grown, 2, 17);
        Assert.Equal(before * 2, grown.Length);
        grown = SharedArrays.Grow(grown, 2, SharedArrays.LongestPooled);
        Assert.Equal((SharedArrays.LongestPooled, 5), (grown.Length, grown[1]));
        Assert.Equal(0, ReturnedArrays.LongestOf(() => SharedArrays.Return(grown)));
    }

    [Fact]
    public void What_a_long_document_took_is_not_kept()
    {
        var json = Encoding.UTF8.GetBytes("{\"_id\":\"a\",\"text\":\"" + Long + "\"}");
        var limits = new DocumentLimits { MaxDocumentSize = long.MaxValue };
        AssertKeepsLittle(() => DocumentParser.Parse(json, limits));
        AssertKeepsLittle(() => DocumentParser.Parse(Pieces(json), limits));
        AssertKeepsLittle(() => JsonNormalForm.ToTerm(json));
        var document = DocumentParser.Parse(json, limits);
        AssertKeepsLittle(() => RevisionHash.Compute(false, default, document.Term.Span, []));
    }

    [Fact]
    public void What_a_document_of_many_members_took_is_not_kept()
    {
        var json = Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 400_000).Select(static i => $"\"{i}\":0")) + "}");
        AssertKeepsLittle(() => DocumentParser.Parse(json, DocumentLimits.Default));
    }

    [Fact]
    public void What_a_long_attachment_took_is_not_kept()
    {
        // Line breaks are escaped, so that the text is copied before it is decoded.
        var json = Encoding.UTF8.GetBytes("{\"_attachments\":{\"a\":{\"data\":\"" + Long + "\\n\"}}}");
        AssertKeepsLittle(() => DocumentParser.Parse(json, DocumentLimits.Default));
    }

    /// <summary>The same hash, whether the body is copied or not.</summary>
    [Theory]
    [InlineData((64 << 10) - 7)]
    [InlineData(64 << 10)]
    [InlineData((64 << 10) + 1)]
    [InlineData(1 << 20)]
    public void A_long_body_has_the_hash_of_all_its_bytes(int length)
    {
        var parent = new RevisionId(7, 0x1234);
        var attachment = new HashedAttachment("name", "text/plain", new byte[16]);
        var term = JsonNormalForm.ToTerm(Encoding.UTF8.GetBytes("\"" + new string('y', length - 5) + "\""));
        Assert.Equal(length, term.Length);
        var expected = Convert.ToHexStringLower(MD5.HashData([
            131, 108, 0, 0, 0, 5, 100, 0, 4, .. "true"u8, 97, 7, 109, 0, 0, 0, 16, .. new byte[14], 0x12, 0x34, .. term,
            108, 0, 0, 0, 1, 104, 3, 109, 0, 0, 0, 4, .. "name"u8, 109, 0, 0, 0, 10, .. "text/plain"u8, 109, 0, 0, 0, 16, .. new byte[16],
            106, 106]));
        Assert.Equal("8-" + expected, RevisionHash.Compute(true, parent, term, [attachment]).ToString());
    }

    private static void AssertKeepsLittle(Action action) => Assert.InRange(ReturnedArrays.LongestOf(action), 0, SharedArrays.LongestPooled);

    private static ReadOnlySequence<byte> Pieces(byte[] json)
    {
        var last = new Piece(json.AsMemory(100), 100);
        return new ReadOnlySequence<byte>(new Piece(json.AsMemory(0, 100), 0, last), 0, last, json.Length - 100);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index, Piece? next = null)
        {
            Memory = memory;
            RunningIndex = index;
            Next = next;
        }
    }
}
