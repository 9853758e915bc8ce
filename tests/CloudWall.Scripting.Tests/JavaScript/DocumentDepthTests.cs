using System.Text;
using CloudWall.Scripting.JavaScript;

namespace CloudWall.Scripting.Tests.JavaScript;

public sealed class DocumentDepthTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(DocumentDepth.Most, false)]
    [InlineData(DocumentDepth.Most + 1, true)]
    [InlineData(100_000, true)]
    public void Levels_are_counted_from_the_document_itself(int levels, bool isTooDeep)
    {
        Assert.Equal(isTooDeep, IsTooDeep(new string('[', levels) + new string(']', levels) + new string(' ', 3 * DocumentDepth.Most)));
        Assert.Equal(isTooDeep, IsTooDeep(string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1" + new string('}', levels)));
    }

    [Fact]
    public void Brackets_beside_one_another_and_in_strings_are_no_levels()
    {
        Assert.False(IsTooDeep("[" + string.Join(',', Enumerable.Repeat("[]", 50_000)) + "]"));
        Assert.False(IsTooDeep($"{{\"a\":\"{new string('[', 50_000)}\"}}"));
    }

    private static bool IsTooDeep(string json) => DocumentDepth.IsTooDeep(Encoding.UTF8.GetBytes(json));
}
