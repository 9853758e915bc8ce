using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests;

/// <summary>Review, house A3: nobody holds a place while another compiles what both need, for that one may wait for the place.</summary>
public sealed class CompilationTests : IDisposable
{
    private const int Places = 4;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);
    private readonly ScriptThreads _threads = new(Places, 2, TimeProvider.System);
    private readonly HeldCompiler _compiler = new();
    private readonly ScriptHost _host;

    public CompilationTests() => _host = new ScriptHost(new ScriptHostOptions(), _threads, _compiler);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _compiler.Held.Set();
        _host.Dispose();
        _compiler.Dispose();
    }

    [Fact]
    public async Task Who_waits_with_a_place_and_who_waits_without_both_get_functions()
    {
        _compiler.Held.Set();
        using var busy = new ManualResetEventSlim();
        var calls = new List<Task>();
        for (var i = 0; i < Places / 2; i++)
        {
            calls.Add(_threads.RunAsync("db", () => busy.Wait(Hang, Cancellation), Cancellation));
        }

        // In the queue for places are first who compile a stored document again, then an index thread that needs the same.
        for (var i = 0; i < Places / 2; i++)
        {
            calls.Add(_host.ReducesAsync("db", new ReduceSource("held", ["f"]), Cancellation));
            calls.Add(_threads.RunAsync("db", () => _host.Reduces("db", new ReduceSource("held", ["f"])), Cancellation));
        }

        calls.Add(Task.Run(() => _host.Reduces("db", new ReduceSource("held", ["f"])), Cancellation));
        busy.Set();
        await Task.WhenAll(calls).WaitAsync(Hang, Cancellation);
        Assert.Equal(1, _host.Count);
    }

    [Fact]
    public async Task Who_has_a_place_does_not_wait_for_another_who_compiles()
    {
        var first = _host.ReducesAsync("db", new ReduceSource("held", ["f"]), Cancellation);
        await _compiler.Began.WaitAsync(Hang, Cancellation);
        var other = await _threads.RunAsync("db", () => _host.Reduces("db", new ReduceSource("held", ["f"])), Cancellation).WaitAsync(Hang, Cancellation);
        Assert.Equal(2, _compiler.Count);
        Assert.False(first.IsCompleted);
        _compiler.Held.Set();
        Assert.NotSame(other, await first);
        Assert.Same(await first, await _host.ReducesAsync("db", new ReduceSource("held", ["f"]), Cancellation));
    }

    [Fact]
    public async Task All_who_wait_share_one_compilation()
    {
        var some = Enumerable.Range(0, 20).Select(_ => _host.ReducesAsync("db", new ReduceSource("held", ["f"]), Cancellation)).ToArray();
        _compiler.Held.Set();
        Assert.Single((await Task.WhenAll(some)).Distinct());
        Assert.Equal(1, _compiler.Count);
    }

    [Fact]
    public async Task What_nobody_waits_for_any_more_is_not_compiled()
    {
        using var busy = new ManualResetEventSlim();
        var calls = Enumerable.Range(0, Places / 2).Select(_ => _threads.RunAsync("db", () => busy.Wait(Hang, Cancellation), Cancellation)).ToArray();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var left = _host.ReducesAsync("db", new ReduceSource("held", ["f"]), leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.Equal(0, _host.Count);
        busy.Set();
        await Task.WhenAll(calls);
        await _threads.RunAsync("db", static () => true, Cancellation);
        Assert.Equal(0, _compiler.Count);
    }

    /// <summary>Two calls of a function that is not compiled yet: the second does not wait in its place.</summary>
    [Fact]
    public async Task Calls_of_a_function_do_not_wait_for_another_who_compiles_it()
    {
        using var held = new ManualResetEventSlim();
        var began = new TaskCompletionSource();
        var count = 0;
        var options = new ScriptHostOptions
        {
            Limits = new ScriptLimits { Timeout = Hang },
            Log = entry =>
            {
                if (entry.Message == "compiled" && Interlocked.Increment(ref count) == 1)
                {
                    began.SetResult();
                    held.Wait(Hang);
                }
            },
        };
        using var factory = new JavaScriptFactory(options, _threads);
        var design = factory.CreateDesign(
            "db", new DesignSource("javascript", Scripts.Utf8("""{"_id":"_design/d","shows":{"s":"log('compiled'); function(doc, req) { return 'x'; }"}}""")), options);
        ReadOnlyMemory<byte> Show() => design.Show("s", Scripts.Utf8("null"), Scripts.Utf8("{}"), Cancellation);
        var first = _threads.RunAsync("db", Show, Cancellation);
        await began.Task.WaitAsync(Hang, Cancellation);
        await _threads.RunAsync("db", Show, Cancellation).WaitAsync(Hang, Cancellation);
        Assert.False(first.IsCompleted);
        held.Set();
        await first;
        Assert.Equal(2, count);
    }

    /// <summary>Compiles reduce functions when it is let; the first time it says that it has begun.</summary>
    private sealed class HeldCompiler : ScriptEngineFactory, IDisposable
    {
        private int _count;

        public ManualResetEventSlim Held { get; } = new();

        public SemaphoreSlim Began { get; } = new(0);

        public int Count => _count;

        public override string Language => "held";

        public override MapFunctions CreateMaps(string scope, MapSource source, ScriptHostOptions options) => throw new NotSupportedException();

        public override ReduceFunctions CreateReduces(string scope, ReduceSource source, ScriptHostOptions options)
        {
            if (Interlocked.Increment(ref _count) == 1)
            {
                Began.Release();
                Held.Wait(Hang);
            }

            return new None();
        }

        public override DesignFunctions CreateDesign(string scope, DesignSource source, ScriptHostOptions options) => throw new NotSupportedException();

        public void Dispose()
        {
            Held.Dispose();
            Began.Dispose();
        }
    }

    private sealed class None : ReduceFunctions
    {
        public override int Count => 0;

        public override void ReleaseIdle()
        {
        }

        public override IReadOnlyList<ReadOnlyMemory<byte>> Reduce(IReadOnlyList<ReduceRow> rows, CancellationToken cancellation = default) => [];

        public override ReadOnlyMemory<byte> Rereduce(int function, IReadOnlyList<ReadOnlyMemory<byte>> values, CancellationToken cancellation = default) => default;
    }
}
