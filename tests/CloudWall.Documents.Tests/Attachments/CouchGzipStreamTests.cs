using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents.Attachments;
using CsCheck;

namespace CloudWall.Documents.Tests.Attachments;

public sealed class CouchGzipStreamTests
{
    private static readonly string[] Words =
        "the document of a node and its revision on every mesh winner offline digest cloud to 4480 3952".Split(' ');

    /// <summary>The MD5 of what zlib 1.2.13 made of the same data at its levels 1 to 9, one after the other.</summary>
    [Theory]
    [InlineData("bytes", 1, "6792170da7cf672293b39193ce6989af")]
    [InlineData("bytes", 258, "17dd552d9febd63e9af072d5c013ca65")]
    [InlineData("bytes", 70000, "e7db8205faaeb4f649fc4028b033c733")]
    [InlineData("bytes", 300000, "6a9589eafe6180cf7afd2634c8e8d9d5")]
    [InlineData("four", 1, "bd14e8c50e34acc672705909ddac60eb")]
    [InlineData("four", 258, "c2cb0dcd23102076ed5bf50b67bc8b3f")]
    [InlineData("four", 70000, "5f8ff194560dedc350824766d31c07c8")]
    [InlineData("four", 300000, "79f60170e56b740ea3d527adf864af2f")]
    [InlineData("zeros", 1, "91a540e1b6a6edc708f14e9132d23bc7")]
    [InlineData("zeros", 300000, "c478a2fb541f8801e1cd4518194fbacb")]
    [InlineData("words", 1, "341a4450b601c4a034b09d87743572d3")]
    [InlineData("words", 258, "4f398b5a10ec24d92bf779bea8317f14")]
    [InlineData("words", 70000, "c88f57ef105ae3ff847063e19dc0af56")]
    [InlineData("words", 300000, "c790c37b7bfb60cf16b9aef9214521cf")]
    [InlineData("mixed", 1, "341a4450b601c4a034b09d87743572d3")]
    [InlineData("mixed", 258, "4f398b5a10ec24d92bf779bea8317f14")]
    [InlineData("mixed", 70000, "856cc1a91d1bf780f1a07a6feefed4a5")]
    [InlineData("mixed", 300000, "79c365ca4b5bb2668faea5c14cdfefda")]
    public void The_bytes_are_those_of_zlib_at_every_level(string kind, int length, string md5)
    {
        var data = Make(kind, length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        for (var level = 1; level <= 9; level++)
        {
            hash.AppendData(CouchGzipStream.Compress(data, level));
        }

        Assert.Equal(md5, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Nothing_gives_what_zlib_makes_of_nothing() =>
        Assert.Equal("1f8b080000000000000303000000000000000000", Convert.ToHexStringLower(CouchGzipStream.Compress([])));

    [Fact]
    public void It_does_not_matter_in_what_pieces_data_is_written() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[0, 200_000], Gen.Int[1, 70_000].Array[1, 20]).Sample(
            (level, length, pieces) =>
            {
                var data = Make("mixed", length);
                using var output = new MemoryStream();
                using (var gzip = new CouchGzipStream(output, level))
                {
                    for (int at = 0, p = 0; at < data.Length; p++)
                    {
                        var piece = Math.Min(pieces[p % pieces.Length], data.Length - at);
                        gzip.Write(data, at, piece);
                        gzip.Flush();
                        at += piece;
                    }
                }

                return output.ToArray().AsSpan().SequenceEqual(CouchGzipStream.Compress(data, level));
            },
            iter: 30);

    [Fact]
    public void What_is_compressed_can_be_read_again() =>
        Gen.Select(Gen.Int[1, 9], Gen.Byte.Array[0, 3000], Gen.Int[1, 60]).Sample(
            (level, part, times) =>
            {
                byte[] data = [.. Enumerable.Repeat(part, times).SelectMany(p => p)];
                using var gzip = new GZipStream(new MemoryStream(CouchGzipStream.Compress(data, level)), CompressionMode.Decompress);
                using var plain = new MemoryStream();
                gzip.CopyTo(plain);
                return plain.ToArray().AsSpan().SequenceEqual(data);
            },
            iter: 200);

    [Fact]
    public void What_is_written_to_stays_open_and_is_written_once()
    {
        using var output = new MemoryStream();
        var gzip = new CouchGzipStream(output);
        gzip.Write("text"u8);
        gzip.Dispose();
        var length = output.Length;
        gzip.Dispose();
        Assert.True(output.CanWrite);
        Assert.Equal(length, output.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void There_are_no_other_levels(int level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CouchGzipStream.Compress([], level));

    /// <summary>Data that is the same everywhere, from a linear congruential generator.</summary>
    private static byte[] Make(string kind, int length)
    {
        var state = length;
        int Next() => (state = (int)(((state * 1103515245L) + 12345) & 0x7FFFFFFF)) >> 16;

        var data = new List<byte>(length + 20_000);
        void AddWord() => data.AddRange(Encoding.ASCII.GetBytes(Words[Next() % Words.Length] + " "));

        while (data.Count < length)
        {
            switch (kind)
            {
                case "bytes":
                    data.Add((byte)Next());
                    break;
                case "four":
                    data.Add((byte)(Next() & 3));
                    break;
                case "zeros":
                    data.Add(0);
                    break;
                case "words":
                    AddWord();
                    break;
                default:
                    for (var i = 0; i < 300; i++)
                    {
                        AddWord();
                    }

                    for (var i = 0; i < 900; i++)
                    {
                        data.Add((byte)Next());
                    }

                    break;
            }
        }

        return [.. data.Take(length)];
    }
}
