using CloudWall.Documents;
using CloudWall.Server.Http.Ranges;
using CsCheck;

namespace CloudWall.Server.Tests.Http.Ranges;

public sealed class RangeHeaderTests
{
    [Theory]
    [InlineData("bytes=0-9", "0-9")]
    [InlineData("bytes=60-", "60-63")]
    [InlineData("bytes=-4", "60-63")]
    [InlineData("bytes=0-1000", "0-63")]
    [InlineData("bytes=0-99999999999999999999", "0-63")]
    [InlineData("bytes=-100", "1-63")]
    [InlineData("bytes=-64", "1-63")]
    [InlineData("bytes=0-3, 60-", "0-3,60-63")]
    [InlineData("bytes=5-6,0-1", "5-6,0-1")]
    [InlineData("bytes=", "")]
    [InlineData("bytes=0-", null)]
    [InlineData("bytes=5-6,0-", null)]
    [InlineData("bytes=abc", null)]
    [InlineData("bytes=1-2-3", null)]
    [InlineData("bytes=--1", null)]
    [InlineData("items=0-5", null)]
    [InlineData(null, null)]
    public void Ranges_of_64_bytes_are_those_CouchDB_takes(string? header, string? expected)
    {
        var ranges = RangeHeader.Resolve(header, 64);
        Assert.Equal(expected, ranges is null ? null : string.Join(',', ranges.Select(static range => $"{range.First}-{range.Last}")));
    }

    [Theory]
    [InlineData("bytes=64-", 64)]
    [InlineData("bytes=100-200", 64)]
    [InlineData("bytes=99999999999999999999-", 64)]
    [InlineData("bytes=5-2", 64)]
    [InlineData("bytes=-0", 64)]
    [InlineData("bytes=-5", 0)]
    [InlineData("bytes=0-0", 0)]
    [InlineData("bytes=-1", 1)]
    public void Bytes_that_are_not_there_are_416(string header, long length)
    {
        var refused = Assert.Throws<DocumentException>(() => RangeHeader.Resolve(header, length));
        Assert.Equal(RangeHeader.NotSatisfiable, refused.Error);
    }

    [Fact]
    public void A_range_never_leaves_its_content() =>
        Gen.Select(Gen.String[Gen.Char["0123456789-, "], 0, 12], Gen.Long[0, 200]).Sample((text, length) =>
        {
            try
            {
                foreach (var range in RangeHeader.Resolve("bytes=" + text, length) ?? [])
                {
                    Assert.InRange(range.First, 0, range.Last);
                    Assert.InRange(range.Last, range.First, length - 1);
                }
            }
            catch (DocumentException refused)
            {
                Assert.Equal(416, refused.Error.Status);
            }
        });

    [Fact]
    public void A_range_is_written_with_the_whole_length() =>
        Assert.Equal("bytes 5-9/64", new ByteRange(5, 9).ToContentRange(64));
}
