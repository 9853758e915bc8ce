using CsCheck;

namespace CloudWall.Mesh.Tests;

public sealed class Base32Tests
{
    [Fact]
    public void Writes_the_leading_bits() => Assert.Equal("zz00", Base32.Encode([0xFF, 0xC0], 4));

    [Fact]
    public void Groups_of_four_have_hyphens_between_them() => Assert.Equal("abcd-efgh-jk", Base32.Group("abcdefghjk"));

    [Theory]
    [InlineData("K3F9 20XM", "k3f920xm")]
    [InlineData("k3f9-2oxm", "k3f920xm")]
    [InlineData("il", "11")]
    [InlineData("u", null)]
    [InlineData("ß", null)]
    public void Understands_what_a_person_types(string typed, string? meant) => Assert.Equal(meant, Base32.Normalize(typed));

    [Fact]
    public void What_it_writes_it_understands() => Gen.Byte.Array[1, 40].Sample(bytes =>
    {
        var text = Base32.Encode(bytes, bytes.Length * 8 / 5);
        return Base32.Normalize(Base32.Group(text).ToUpperInvariant()) == text;
    });
}
