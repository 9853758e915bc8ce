using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.Tests.Running;

public sealed class LoneCallsTests
{
    private readonly LoneCalls _calls = new();

    [Fact]
    public void One_runs_at_a_time_in_order()
    {
        var (first, second) = (_calls.Add("a"), _calls.Add("a"));
        Assert.False(second.TryBegin());
        Assert.True(first.TryBegin());
        Assert.False(second.TryBegin());
        first.Dispose();
        Assert.True(second.TryBegin());
    }

    [Fact]
    public void Databases_take_turns()
    {
        var many = Enumerable.Range(0, 3).Select(_ => _calls.Add("many")).ToList();
        var one = _calls.Add("one");
        Assert.True(many[0].TryBegin());
        many[0].Dispose();
        Assert.False(many[1].TryBegin());
        Assert.True(one.TryBegin());
        one.Dispose();
        Assert.True(many[1].TryBegin());
    }

    [Fact]
    public void Who_gives_up_keeps_nobody_waiting()
    {
        var (first, second, third) = (_calls.Add("a"), _calls.Add("b"), _calls.Add("c"));
        Assert.True(first.TryBegin());
        second.Dispose();
        first.Dispose();
        first.Dispose();
        Assert.True(third.TryBegin());
        Assert.False(_calls.Add("d").TryBegin());
    }
}
