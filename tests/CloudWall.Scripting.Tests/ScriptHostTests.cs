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

    /// <summary>The text of functions is there as long as they are: a few that are long take the room of many.</summary>
    [Fact]
    public void Long_functions_make_room_for_each_other()
    {
        using var host = new ScriptHost(
            new ScriptHostOptions { Time = _time, Capacity = 100, SourceMemory = 5_000_000 }, new InlineRunner(), Scripts.Factory);
        for (var i = 1; i <= 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            host.Maps("a", new MapSource("javascript", [$"/*{new string('x', 1_000_000)}{i}*/ d => 1"], default));
            Assert.Equal(Math.Min(i, 2), host.Count);
        }

        var design = new DesignSource("javascript", Scripts.Utf8($$"""{"x":"{{new string('x', 4_000_000)}}"}"""));
        Assert.Same(host.Design("a", design), host.Design("a", design));
        Assert.Equal(1, host.Count);
        host.Reduces("a", new ReduceSource("javascript", [$"/*{new string('x', 3_000_000)}*/ d => 1"]));
        Assert.Equal(1, host.Count);
    }

    /// <summary>
    /// Whoever has a place does not wait for functions that another compiles, and has its own: those are let go when the others are there.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Functions_that_are_compiled_beside_others_are_let_go_with_them(bool fails)
    {
        using var factory = new GatedFactory { Fails = fails };
        using var host = new ScriptHost(new ScriptHostOptions { Time = _time }, new ScriptThreads(4, 4, TimeProvider.System), factory);
        var source = new MapSource("gated", ["f"], default);
        var first = host.MapsAsync("a", source, TestContext.Current.CancellationToken);
        await factory.Entered.WaitAsync(TestContext.Current.CancellationToken);
        var second = (GatedMaps)await host.Runner.RunAsync("a", () => host.Maps("a", source), TestContext.Current.CancellationToken);
        Assert.Same(second, host.Use<MapFunctions>(second));
        Assert.Equal(0, second.Released);
        factory.Gate.Set();
        if (fails)
        {
            await Assert.ThrowsAsync<ScriptException>(() => first);
            Assert.Equal(1, second.Released);
            return;
        }

        var kept = (GatedMaps)await first;
        Assert.NotSame(second, kept);
        Assert.Equal((1, 0), (second.Released, kept.Released));
        Assert.Same(kept, host.Use<MapFunctions>(second));
    }

    /// <summary>Makes map functions, the first ones when it may.</summary>
    private sealed class GatedFactory : ScriptEngineFactory, IDisposable
    {
        private int _made;

        public ManualResetEventSlim Gate { get; } = new();

        public SemaphoreSlim Entered { get; } = new(0);

        public bool Fails { get; init; }

        public override string Language => "gated";

        public override MapFunctions CreateMaps(string scope, MapSource source, ScriptHostOptions options)
        {
            if (Interlocked.Increment(ref _made) > 1)
            {
                return new GatedMaps();
            }

            Entered.Release();
            Gate.Wait();
            return Fails ? throw new ScriptException("compilation_error", "x") : new GatedMaps();
        }

        public override ReduceFunctions CreateReduces(string scope, ReduceSource source, ScriptHostOptions options) =>
            throw new NotSupportedException();

        public override DesignFunctions CreateDesign(string scope, DesignSource source, ScriptHostOptions options) =>
            throw new NotSupportedException();

        public void Dispose()
        {
            Gate.Dispose();
            Entered.Dispose();
        }
    }

    private sealed class GatedMaps : MapFunctions
    {
        public int Released { get; private set; }

        public override int Count => 1;

        public override void ReleaseIdle() => Released++;

        public override MapResults Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, int room, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
