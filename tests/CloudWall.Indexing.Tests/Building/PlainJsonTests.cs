using System.Buffers;
using System.Globalization;
using System.Text;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Building;
using CsCheck;

namespace CloudWall.Indexing.Tests.Building;

public sealed class PlainJsonTests
{
    private static readonly Gen<string> Number = Gen.OneOf(
        Gen.Long.Select(n => n.ToString(CultureInfo.InvariantCulture)),
        Gen.Int[-20, 20].Select(n => n.ToString(CultureInfo.InvariantCulture)),
        Gen.Select(Gen.Int[-99_999_999, 99_999_999], Gen.Int[0, 99_999_999]).Select(
            (whole, part) => string.Create(CultureInfo.InvariantCulture, $"{whole}.{part}")),
        Gen.Double.Select(n => n.ToString("R", CultureInfo.InvariantCulture)).Where(n => n.AsSpan().IndexOfAny("NI∞") < 0));

    private static readonly Gen<string> Value = Gen.Recursive<string>((depth, inner) => Gen.OneOf(
        Number,
        Gen.OneOf(new[] { "null", "true", "false", "\"\"", "[]", "{}", "-0", "0", "00", "-", "\"\\u0041\"", "\"\u007f\"", "0.5", "1e3", "nul" }.Select(Gen.Const).ToArray()),
        Gen.String[Gen.Char['\u0001', '\uD7FF'], 0, 12].Select(text => "\"" + text + "\""),
        depth > 4 ? Number : inner.Array[0, 4].Select(items => "[" + string.Join(',', items) + "]")));

    [Fact]
    public void What_is_plain_is_its_own_normal_form() => Value.Sample(
        text =>
        {
            var json = Encoding.UTF8.GetBytes(text);
            if (PlainJson.Is(json))
            {
                var output = new ArrayBufferWriter<byte>();
                JsonNormalForm.Write(json, output);
                Assert.Equal(text, Encoding.UTF8.GetString(output.WrittenSpan));
            }
        },
        iter: 20_000);

    [Theory]
    [InlineData("""["Björn Ågren","2026-01-31",70]""")]
    [InlineData("12.25")]
    [InlineData("-3")]
    [InlineData("[[],[null,true,false]]")]
    public void Common_keys_and_values_are_plain(string json) => Assert.True(PlainJson.Is(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("")]
    [InlineData("[1")]
    [InlineData("[1,]")]
    [InlineData("1 ")]
    [InlineData("01")]
    [InlineData("-0")]
    [InlineData("1.50")]
    [InlineData("1e3")]
    [InlineData("\"a")]
    [InlineData("\"\\u0041\"")]
    [InlineData("nulls")]
    [InlineData("[1]]")]
    public void Anything_else_is_left_to_the_parser(string json) => Assert.False(PlainJson.Is(Encoding.UTF8.GetBytes(json)));
}
