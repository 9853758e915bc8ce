using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests;

public sealed class ScriptHostTests : IDisposable
{
    private readonly CountedTimers _time = new();
    private readonly ScriptHost _host;

    public ScriptHostTests() => _host = new ScriptHost(new ScriptHostOptions { Time = _time, Capacity = 3 }, new InlineRunner(), Scripts.Factory);

    public void Dispose() => _host.Dispose();

    private MapFunctions Maps(string scope, string function) => _host.Maps(scope, new MapSource("javascript", [function], default));

    [Fact]
    public void The_same_functions_are_compiled_once_for_a_database()
    {
        Assert.Same(Maps("a", "d => emit(1)"), Maps("a", "d => emit(1)"));
        Assert.NotSame(Maps("a", "d => emit(1)"), Maps("a", "d => emit(2)"));
        Assert.NotSame(Maps("a", "d => emit(1)"), Maps("b", "d => emit(1)"));
        Assert.Equal(3, _host.Count);
    }

    [Fact]
    public void Kinds_of_functions_are_told_apart()
    {
        Assert.IsAssignableFrom<MapFunctions>(Maps("a", "d => 1"));
        Assert.IsAssignableFrom<ReduceFunctions>(_host.Reduces("a", new ReduceSource("javascript", ["d => 1"])));
        var design = new DesignSource("javascript", Scripts.Utf8("{}"));
        Assert.Same(_host.Design("a", design), _host.Design("a", design));
    }

    [Fact]
    public void What_is_longest_unused_makes_room()
    {
        var (first, second) = (Maps("a", "d => 1"), Maps("a", "d => 2"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Maps("a", "d => 3");
        Maps("a", "d => 1");
        Maps("a", "d => 4");
        Assert.Equal(3, _host.Count);
        Assert.Same(first, Maps("a", "d => 1"));
        Assert.NotSame(second, Maps("a", "d => 2"));
    }

    [Fact]
    public void What_is_idle_is_dropped()
    {
        Maps("a", "d => 1");
        _time.Advance(TimeSpan.FromMinutes(4));
        Maps("a", "d => 2");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _host.Count);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, _host.Count);
    }

    /// <summary>Review, house A8: an idle host does not wake the process up.</summary>
    [Fact]
    public void A_timer_runs_only_while_there_is_something_to_drop()
    {
        Assert.Equal(0, _time.Active);
        for (var i = 0; i < 2; i++)
        {
            Maps("a", "d => 1");
            Maps("b", "d => 1");
            Assert.Equal(1, _time.Active);
            _time.Advance(TimeSpan.FromMinutes(4));
            Maps("b", "d => 1");
            _time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal((1, 1), (_host.Count, _time.Active));
            _time.Advance(TimeSpan.FromMinutes(4));
            Assert.Equal((0, 0), (_host.Count, _time.Active));
        }

        Maps("a", "d => 1");
        _host.DropScope("a");
        Assert.Equal(0, _time.Active);
        Assert.Throws<ScriptException>(() => Maps("a", "("));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, _time.Active);
    }

    [Fact]
    public void A_database_that_goes_takes_its_functions_along()
    {
        Maps("a", "d => 1");
        Maps("b", "d => 1");
        _host.DropScope("a");
        Assert.Equal(1, _host.Count);
    }

    [Fact]
    public void Functions_work_on_after_they_were_dropped()
    {
        var maps = Maps("a", "d => emit(1)");
        _host.DropScope("a");
        Assert.Equal(["0.0 1:null"], Scripts.Rows(maps, "{}"));
    }

    [Fact]
    public void An_unknown_language_is_refused()
    {
        Assert.False(_host.Knows("cobol"));
        var e = Assert.Throws<ScriptException>(() => _host.Maps("a", new MapSource("cobol", ["DISPLAY."], default)));
        Assert.Equal("unknown_query_language", e.Error);
    }

    [Fact]
    public void What_does_not_compile_is_not_kept()
    {
        Assert.Throws<ScriptException>(() => Maps("a", "("));
        Assert.Equal(0, _host.Count);
    }
}
