namespace CloudWall.Server.Tests.Golden.Checks;

public sealed class LiteralJsonTests
{
    [Theory]
    [InlineData("1.0")]
    [InlineData("-0.0")]
    [InlineData("1e21")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("{\"b\":1,\"a\":[true,false,null,\"\"],\"b\":2}")]
    [InlineData("\"\\u0000\\ud800é😀\\\"\\\\\"")]
    public void Text_that_has_no_blanks_is_written_as_it_was_read(string text) => Assert.Equal(text, LiteralJson.Parse(text).ToText());

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData("+1")]
    [InlineData("-")]
    [InlineData("1e")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("[1] x")]
    [InlineData("\"a")]
    [InlineData("\"\n\"")]
    [InlineData("\"\\x\"")]
    [InlineData("tru")]
    [InlineData("{\"ok\":true}{\"ok\":true}")]
    public void What_is_not_JSON_is_refused(string text) => Assert.Throws<FormatException>(() => LiteralJson.Parse(text));

    [Fact]
    public void A_pointer_finds_its_value()
    {
        var value = LiteralJson.Parse("""{"a":[{"b/c":1},{"~":2}],"a~1":3}""");

        Assert.Equal("1", LiteralJson.Find(value, "/a/0/b~1c")?.ToText());
        Assert.Equal("2", LiteralJson.Find(value, "/a/-/~0")?.ToText());
        Assert.Equal("3", LiteralJson.Find(value, "/a~01")?.ToText());
        Assert.Null(LiteralJson.Find(value, "/a/2"));
        Assert.Null(LiteralJson.Find(value, "/b/c"));
        Assert.Same(value, LiteralJson.Find(value, ""));
    }
}
