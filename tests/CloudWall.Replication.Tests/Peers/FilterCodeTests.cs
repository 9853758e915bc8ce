using System.Text;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Tests.Peers;

public sealed class FilterCodeTests
{
    [Fact]
    public void The_code_is_that_of_the_filter() =>
        Assert.Equal("function () {}", FilterCode.Find("""{"x":1,"filters":{"f":"function () {}"}}"""u8.ToArray(), "d/f", "db"));

    /// <summary>Review, low: a design document without <c>filters</c> lacks those, not the filter.</summary>
    [Theory]
    [InlineData("""{"filters":{"g":"x"}}""", "f")]
    [InlineData("""{"filters":{}}""", "f")]
    [InlineData("""{"f":"x"}""", "filters")]
    [InlineData("{}", "filters")]
    public void What_is_missing_is_named(string design, string missing)
    {
        var failure = Assert.Throws<PeerException>(() => FilterCode.Find(Encoding.UTF8.GetBytes(design), "d/f", "db"));
        Assert.Equal(
            $"Couldn't parse filter code from document d on `db`  Error: {{not_found,<<\"missing json key: {missing}\">>}}", failure.Error.Reason);
    }
}
