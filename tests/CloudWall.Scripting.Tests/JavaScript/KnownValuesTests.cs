using CloudWall.Scripting.JavaScript;

namespace CloudWall.Scripting.Tests.JavaScript;

public sealed class KnownValuesTests
{
    private readonly List<string> _forgotten = [];

    [Fact]
    public void The_first_value_of_a_name_is_known()
    {
        var known = new KnownValues<string, string>(10_000, _forgotten.Add);
        Assert.False(known.TryGet("a", out _));
        Assert.Equal("1", known.GetOrAdd("a", "1", 1));
        Assert.Equal("1", known.GetOrAdd("a", "2", 1));
        Assert.True(known.TryGet("a", out var value) && value == "1");
        Assert.Empty(_forgotten);
    }

    [Fact]
    public void All_is_forgotten_when_it_is_more_than_it_may_be()
    {
        var known = new KnownValues<string, string>(10_000, _forgotten.Add);
        for (var i = 0; i < 1000; i++)
        {
            known.GetOrAdd("a" + i, "v" + i, 100);
            Assert.InRange(known.Count, 1, 10);
            Assert.Equal(i + 1, known.Count + _forgotten.Count);
        }

        known.Clear();
        Assert.Equal((0, 1000), (known.Count, _forgotten.Count));
    }
}
