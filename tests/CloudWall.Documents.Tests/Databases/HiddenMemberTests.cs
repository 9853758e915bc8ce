using System.Text;
using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Tests.Databases;

public sealed class HiddenMemberTests
{
    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"a":"password"}""", null)]
    [InlineData("""{"password":null,"a":1}""", null)]
    [InlineData("""{"a":{"password":1}}""", null)]
    [InlineData("""{"passwords":1}""", null)]
    [InlineData("""{"password":"x"}""", "{}")]
    [InlineData("""{"password":"x","a":1}""", """{"a":1}""")]
    [InlineData("""{"a":[1,{"b":2}],"password":{"c":[3]},"d":"\n"}""", """{"a":[1,{"b":2}],"d":"\n"}""")]
    [InlineData("""{"password":1,"a":1,"password":2}""", """{"a":1}""")]
    public void It_is_left_out(string body, string? expected)
    {
        var rest = new HiddenMember("password").Without(Encoding.UTF8.GetBytes(body));
        Assert.Equal(expected, rest is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null);
    }
}
