using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests.QuickJs;

/// <summary>
/// Review, attack 2: what is kept between calls takes its room from the calls' memory, and goes when nobody has use for it.
/// </summary>
public sealed class KeptMemoryTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly FakeTimeProvider _time = new();
    private JavaScriptFactory _factory = null!;
    private ScriptHost _host = null!;

    public KeptMemoryTests() => Open(new ScriptHostOptions());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MemoryBudget Budget => _factory.Budget;

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Nothing_of_a_database_is_kept_that_is_gone()
    {
        Map("a", "function(doc) { emit(1); }");
        Show("a", "function() { return 'x'; }");
        Map("b", "function(doc) { emit(1); }");
        Assert.Equal(2, Budget.Instances);
        _host.DropScope("a");
        Assert.Equal(1, Budget.Instances);
        _host.DropScope("b");
        Assert.Equal(0, Budget.Instances);
        Assert.Equal(0, Budget.Kept);
    }

    [Fact]
    public void What_is_evicted_leaves_nothing()
    {
        Open(new ScriptHostOptions { Capacity = 2 });
        for (var i = 0; i < 6; i++)
        {
            Map("a", $"function(doc) {{ emit({i}); }}");
            Show("a", $"function() {{ return '{i}'; }}");
        }

        Assert.Equal(1, Budget.Instances);
        _host.DropScope("a");
        Assert.Equal(0, Budget.Kept);
        Assert.Equal(0, Budget.Instances);
    }

    /// <summary>Each write runs the validation of all design documents: none may be compiled for each of them.</summary>
    [Fact]
    public void Hundreds_of_design_documents_stay_compiled_and_share_an_instance()
    {
        var compiled = 0;
        Open(new ScriptHostOptions { Log = _ => compiled++ });
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 300; i++)
            {
                Show("a", $"(log('compiled'), function() {{ return '{i}'; }})");
            }
        }

        Assert.Equal(300, compiled);
        Assert.Equal(1, Budget.Instances);
        Assert.InRange(Budget.Kept, 1, 300 * (MiB / 8));
    }

    [Fact]
    public async Task A_call_that_goes_on_after_its_functions_were_dropped_leaves_nothing()
    {
        using var held = new ManualResetEventSlim();
        var began = new TaskCompletionSource();
        Open(new ScriptHostOptions
        {
            Limits = new ScriptLimits { Timeout = TimeSpan.FromMinutes(1) },
            Log = _ =>
            {
                began.TrySetResult();
                held.Wait(TimeSpan.FromSeconds(60));
            },
        });
        var call = Task.Run(() => Map("a", "function(doc) { log('here'); emit(1); }"), Cancellation);
        await began.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        _host.DropScope("a");
        Assert.Equal(1, Budget.Instances);
        held.Set();
        await call;
        Assert.Equal(0, Budget.Instances);
        Assert.Equal(0, Budget.Kept);
    }

    [Fact]
    public void Functions_that_are_held_and_used_are_kept_again_after_they_were_dropped()
    {
        var held = Design("a", "function() { return 'x'; }");
        Show(held);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(0, _host.Count);
        Assert.Equal(0, Budget.Instances);
        Show(held);
        Assert.Equal(0, Budget.Instances);
        Assert.Same(held, _host.Use(held));
        Show(held);
        Assert.Equal((1, 1), (_host.Count, Budget.Instances));
        Assert.Same(held, Design("a", "function() { return 'x'; }"));
    }

    [Fact]
    public void Functions_that_were_made_again_take_the_place_of_those_that_are_held()
    {
        var held = Design("a", "function() { return 'x'; }");
        _host.DropScope("a");
        var others = Design("a", "function() { return 'x'; }");
        Assert.NotSame(held, others);
        Assert.Same(others, _host.Use(held));
    }

    [Fact]
    public void Idle_instances_make_way_where_there_is_no_room_for_more()
    {
        Open(new ScriptHostOptions { TotalMemory = 12 * MiB });
        for (var i = 0; i < 20; i++)
        {
            Map("db" + i, "function(doc) { emit(1); }");
        }

        Assert.InRange(Budget.Kept, 1, 6 * MiB);
        Assert.InRange(Budget.Instances, 1, 5);
        Assert.Equal(20, _host.Count);
    }

    [Fact]
    public void What_is_kept_makes_way_for_calls()
    {
        Open(new ScriptHostOptions { TotalMemory = 48 * MiB });
        for (var i = 0; i < 20; i++)
        {
            Map("db" + i, "function(doc) { emit(1); }");
        }

        var before = Budget.Kept;
        Assert.InRange(before, 12 * MiB, 24 * MiB);
        Assert.Equal(1, Map("big", "function(doc) { var s = 'x'.repeat(4e7); emit(s.length); }"));
        Assert.InRange(Budget.Kept, 1, before);
        Assert.Equal(0, Budget.Taken);
    }

    /// <summary>32 functions that each keep a large text would be as many images of all of it.</summary>
    [Fact]
    public void Images_make_way_for_each_other()
    {
        Open(new ScriptHostOptions { TotalMemory = 24 * MiB });
        var design = _host.Design("a", new DesignSource("javascript", Scripts.Utf8(
            "{\"shows\":{" + string.Join(',', Enumerable.Range(0, 12).Select(static i => $"\"s{i}\":\"var s = 'x'.repeat(3e6); function() {{ return s[0] + '{i}'; }}\"")) + "}}")));
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 12; i++)
            {
                Assert.Equal($"{{\"body\":\"x{i}\"}}", Show(design, "s" + i));
                Assert.InRange(Budget.Kept, 0, 12 * MiB);
            }
        }
    }

    [Fact]
    public void A_function_that_keeps_too_much_before_it_is_called_is_refused()
    {
        var design = Design("a", "var s = 'x'.repeat(5e7); function() { return 'a'; }");
        Assert.Equal("compilation_error", Assert.Throws<ScriptException>(() => Show(design)).Error);
        Assert.Equal("compilation_error", Assert.Throws<ScriptException>(() => Map("a", "var s = 'x'.repeat(5e7); function(doc) { emit(s[0]); }")).Error);
        Assert.InRange(Budget.Kept, 0, 8 * MiB);
        Assert.Equal((0, 0), (Budget.Instances, Budget.Taken));
    }

    [Fact]
    public void A_large_design_document_is_none_that_keeps_too_much()
    {
        var design = _host.Design("a", new DesignSource("javascript", Scripts.Utf8(
            "{\"shows\":{\"s\":\"function() { return 'a'; }\"},\"text\":\"" + new string('x', 3_000_000) + "\"}")));
        Assert.Equal("{\"body\":\"a\"}", Show(design));
    }

    /// <summary>The last net: an instance that everybody has forgotten.</summary>
    [Fact]
    public void An_instance_that_nobody_has_disposed_of_is_released()
    {
        Map("a", "function(doc) { emit(1); }");
        _host.DropScope("a");
        using var engine = new QuickJsEngine(new ScriptHostOptions());
        Forget(engine);
        for (var i = 0; i < 20 && engine.Budget.Instances > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal((0, 0), (engine.Budget.Instances, engine.Budget.Taken));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget(QuickJsEngine engine) => Assert.True(engine.Create(engine.Start, "a").TryGrow((uint)(20 * MiB)));
    }

    private void Open(ScriptHostOptions options)
    {
        _host?.Dispose();
        var threads = new ScriptThreads(8, 8, TimeProvider.System);
        _factory = new JavaScriptFactory(options, threads);
        _host = new ScriptHost(options with { Time = _time }, threads, _factory);
    }

    private int Map(string scope, string function)
    {
        using var results = _host.Maps(scope, new MapSource("javascript", [function], default)).Map([Scripts.Utf8("""{"_id":"a"}""")], Cancellation);
        return results.Count;
    }

    private DesignFunctions Design(string scope, string show) =>
        _host.Design(scope, new DesignSource("javascript", Scripts.Utf8("{\"shows\":{\"s\":\"" + show + "\"}}")));

    private void Show(string scope, string show) => Show(Design(scope, show));

    private static string Show(DesignFunctions design, string name = "s") =>
        Scripts.Text(design.Show(name, Scripts.Utf8("null"), Scripts.Utf8("{}"), Cancellation));
}
