using System.Text;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Json;

public sealed class JsonNumberTests
{
    /// <summary>Each was put into a CouchDB 3.5.0 as <c>{"v":…}</c>: what it printed, and the revision.</summary>
    [Theory]
    [InlineData("1e+", "1.0", "1-ed03183d83bd8187ad0acc41d3ed729c")]
    [InlineData("1.5e+", "1.5", "1-51ba978f9942ee45af1005f5b725bf0e")]
    [InlineData("-1e+", "-1.0", "1-b88c74ac7b2f6d83e90c78ca32782e30")]
    [InlineData("5e-324", "0.0", "1-68432df6fda388de9a3864ac7b1129d3")]
    [InlineData("4.9e-324", "5e-324", "1-0b7743efaff2fa0c3c7fd368d9d79cdc")]
    [InlineData("3e-320", "3e-320", "1-efe896eb9426e183958aa2e04291b85e")]
    [InlineData("22250738585072011e-324", "0.0", "1-68432df6fda388de9a3864ac7b1129d3")]
    [InlineData("1e-400", "0.0", "1-68432df6fda388de9a3864ac7b1129d3")]
    [InlineData("-1e-400", "0.0", "1-5a7811452a4161777cd378304565ccf1")]
    [InlineData("1e-99999999999", "0.0", "1-68432df6fda388de9a3864ac7b1129d3")]
    [InlineData("123456789012345678901234567890123456e5", "1.2345678901234568e+40", "1-a999cafd3fd647774e9d4ee3de79c32d")]
    [InlineData("0e400", "0.0", "1-68432df6fda388de9a3864ac7b1129d3")]
    [InlineData("1.0e-400", "0.0", "1-68432df6fda388de9a3864ac7b1129d3")]
    [InlineData("-0e00000000000000000000000000000000005", "0.0", "1-68432df6fda388de9a3864ac7b1129d3")]
    [InlineData("0.00000000000000000000000000000000000001", "1e-38", "1-fec037e8d23291ed1ca658ec12f2931c")]
    [InlineData("2.2250738585072011e-308", "2.225073858507201e-308", "1-1d911a7a9c0b581e9198857fd4df328b")]
    [InlineData("1.0000000000000000000000000000000000000000", "1.0", "1-ed03183d83bd8187ad0acc41d3ed729c")]
    [InlineData("1e00000000000000000000000000000000000000005", "100000.0", "1-5b3c772f13c6f0dafaa83b37faf25d0a")]
    public void A_number_is_worth_what_CouchDB_makes_of_it(string number, string printed, string revision)
    {
        var document = DocumentParser.Parse(Encoding.UTF8.GetBytes($"{{\"v\":{number}}}"), DocumentLimits.Default);
        Assert.Equal($"{{\"v\":{printed}}}", Encoding.UTF8.GetString(document.Body.Span));
        Assert.Equal(revision, RevisionHash.Compute(false, default, document.Term.Span, []).ToString());
    }

    [Theory]
    [InlineData("1111111111111111111111111111111e+")]
    [InlineData("1.1111111111111111111111111111111e+")]
    [InlineData("1e400")]
    [InlineData("-1.0e400")]
    [InlineData("1e99999999999999999999")]
    [InlineData("+1")]
    [InlineData("00")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData("1.e5")]
    [InlineData("1e")]
    [InlineData("0x1")]
    public void What_CouchDB_takes_for_no_number_is_refused(string number) =>
        Assert.Equal("invalid UTF-8 JSON", Refusal($"{{\"v\":{number}}}").Reason);

    [Fact]
    public void Integers_keep_their_digits_up_to_the_largest_double()
    {
        var largest = new string('9', 308);
        var document = DocumentParser.Parse(Encoding.UTF8.GetBytes($"{{\"v\":{largest}}}"), DocumentLimits.Default);
        Assert.Equal($"{{\"v\":{largest}}}", Encoding.UTF8.GetString(document.Body.Span));
        Assert.Equal("1-5720e1292ccffa71f6d08b8b47bc32ad", RevisionHash.Compute(false, default, document.Term.Span, []).ToString());
        Assert.Equal(400, Refusal($"{{\"v\":9{largest}}}").Status);
        Assert.Equal(400, Refusal($"{{\"v\":{new string('1', 700)}}}").Status);
    }

    private static DocumentError Refusal(string json) =>
        Assert.Throws<DocumentException>(() => DocumentParser.Parse(Encoding.UTF8.GetBytes(json), DocumentLimits.Default)).Error;
}
