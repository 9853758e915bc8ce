using CloudWall.Server.Cors;

namespace CloudWall.Server.Tests.Cors;

public sealed class OriginTests
{
    [Theory]
    [InlineData("https://my.app", true)]
    [InlineData("http://localhost:3000", true)]
    [InlineData("http://localhost:*", true)]
    [InlineData("app://obsidian.md", true)]
    [InlineData("https://my.app/", false)]
    [InlineData("https://My.app", false)]
    [InlineData("https://a:b@my.app", false)]
    [InlineData("my.app", false)]
    [InlineData("null", false)]
    [InlineData("*", false)]
    [InlineData("https://a, https://b", false)]
    public void A_name_is_a_scheme_and_a_host(string text, bool isName) => Assert.Equal(isName, Origin.IsName(text));
}
