using System.Runtime.CompilerServices;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.Tests.Running;

/// <summary>Short calls run on their caller's thread while no other call runs, and are held by the same walls there.</summary>
public sealed class ShortCallTests : IDisposable
{
    private readonly ScriptThreads _threads = new(4, 2, TimeProvider.System);

    public void Dispose() => _threads.Dispose();

    [Fact]
    public Task A_short_call_is_done_when_the_caller_goes_on() => OnPoolAsync(() =>
    {
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(Environment.CurrentManagedThreadId, Here("db"));
        }

        Assert.Null(ScriptPlace.Current);
        Assert.Equal(0, _threads.PoolWaits);
    });

    [Fact]
    public Task The_first_call_of_all_is_not_taken_for_a_short_one() => Task.Run(
        () => Assert.NotEqual(Environment.CurrentManagedThreadId, Here("db")), TestContext.Current.CancellationToken);

    [Fact]
    public Task A_short_call_that_fails_gives_up_its_place() => OnPoolAsync(() =>
    {
        var failing = _threads.RunShortAsync<int>("db", static () => throw new InvalidOperationException("as it should"), CancellationToken.None);
        Assert.True(failing.IsFaulted);
        Assert.IsType<InvalidOperationException>(failing.Exception.InnerException);
        Assert.Null(ScriptPlace.Current);
        Assert.Equal(Environment.CurrentManagedThreadId, Here("db"));
    });

    [Fact]
    public Task Who_gives_up_before_it_begins_never_runs() => OnPoolAsync(() =>
    {
        var ran = false;
        Assert.True(_threads.RunShortAsync("db", () => ran = true, new CancellationToken(canceled: true)).IsCanceled);
        Assert.False(ran);
    });

    [Fact]
    public async Task Calls_that_come_while_one_runs_have_threads_of_their_own()
    {
        using var gate = new ManualResetEventSlim();
        var first = await HeldHereAsync("db", gate);

        // One of the same database, which has two of the four places, and some of others, one after another.
        await OnPoolAsync(() =>
        {
            Assert.NotEqual(Environment.CurrentManagedThreadId, Here("db"));
            for (var i = 0; i < 100; i++)
            {
                Assert.NotEqual(Environment.CurrentManagedThreadId, Here($"other{i % 7}"));
            }
        });

        // Two of the same database are all that it may have, though there are more places.
        using var running = new ManualResetEventSlim();
        var second = _threads.RunShortAsync("db", () => Held(running, gate), CancellationToken.None);
        running.Wait(TestContext.Current.CancellationToken);
        var third = ShortAsync("db");
        await ShortAsync("other");
        Assert.False(third.IsCompleted);
        gate.Set();
        await third;
        Assert.NotEqual(await first, await second);
    }

    [Fact]
    public Task A_call_for_which_the_stack_is_too_small_runs_elsewhere() => OnPoolAsync(() =>
    {
        Assert.NotEqual(Environment.CurrentManagedThreadId, Deep(WasmSettings.ThreadStack - WasmSettings.WasmStack));
        Assert.Equal(Environment.CurrentManagedThreadId, Here("db"));
        var other = 0;
        var small = new Thread(() => other = Here("db") - Environment.CurrentManagedThreadId, 1 << 20);
        small.Start();
        small.Join();
        Assert.NotEqual(0, other);
    });

    [Fact]
    public async Task Threads_for_functions_and_those_of_the_pool_have_as_much_stack()
    {
        var left = await _threads.RunAsync("db", static () => StackMemory.Left, TestContext.Current.CancellationToken);
        Assert.InRange(left, WasmSettings.ThreadStack - (1 << 20), WasmSettings.ThreadStack);
        await OnPoolAsync(static () => Assert.InRange(StackMemory.Left, WasmSettings.ThreadStack - (1 << 20), WasmSettings.ThreadStack));
    }

    [Theory]
    [InlineData("(function f(n) { return n ? f(n - 1) + 1 : 0; })(8000)", "8000")]
    [InlineData("JSON.stringify(JSON.parse('['.repeat(5000) + ']'.repeat(5000))).length", "10000")]
    [InlineData("(function() { try { (function f() { return f() + 1; })(); } catch (e) { return e.name; } })()", "InternalError")]
    [InlineData("(function() { try { Array.from([1], function f() { return Array.from([1], f); }); } catch (e) { return e.name; } })()", "InternalError")]
    [InlineData("(function() { try { 'a'.replace(/a/, function r() { return 'a'.replace(/a/, r); }); } catch (e) { return e.name; } })()", "InternalError")]
    public async Task Recursion_is_as_deep_on_the_callers_thread(string expression, string result)
    {
        using var functions = new Functions(_threads, $"function() {{ return '' + {expression}; }}", new ScriptLimits());
        await OnPoolAsync(() => Assert.Equal($$"""{"body":"{{result}}"}""", functions.Show()));
    }

    /// <summary>What ends by a trap, by its time limit, or for want of memory ends so on the caller's thread, and the next call is as new.</summary>
    [Theory]
    [InlineData("eval(new Array(1e5).join('(') + new Array(1e5).join(')'))", "InternalError", 10_000)]
    [InlineData("for (var a = []; ;) { a.push('x'.repeat(1e6) + a.length); }", "InternalError", 10_000)]
    [InlineData("for (;;) ;", "os_process_error", 200)]
    [InlineData("/(x+x+)+y/.test(new Array(40).join('x'))", "os_process_error", 200)]
    [InlineData("(function f() { try { f(); } finally { f(); } })()", "os_process_error", 200)]
    public async Task What_is_hostile_ends_on_the_callers_thread(string statement, string error, int milliseconds)
    {
        using var functions = new Functions(
            _threads,
            $"function(doc) {{ if (doc.bad) {{ {statement}; }} Math.seen = (Math.seen || 0) + 1; return '' + Math.seen; }}",
            new ScriptLimits { Timeout = TimeSpan.FromMilliseconds(milliseconds), Memory = 32 << 20 });
        await OnPoolAsync(() =>
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal("""{"body":"1"}""", functions.Show());
                Assert.Equal(error, Assert.Throws<ScriptException>(() => functions.Show("""{"bad":true}""")).Error);
            }

            Assert.Equal("""{"body":"1"}""", functions.Show());
            Assert.Throws<NullReferenceException>(static () => LengthOf(null));
        });
    }

    [Fact]
    public async Task A_call_on_the_callers_thread_holds_up_nobody()
    {
        using var functions = new Functions(
            _threads,
            "function(doc) { for (var n = 0; doc.bad; ) { n++; } return 'good'; }",
            new ScriptLimits { Timeout = TimeSpan.FromSeconds(2) });
        using var running = new ManualResetEventSlim();
        var hostile = OnPoolAsync(
            () => Assert.Equal("os_process_error", Assert.Throws<ScriptException>(() => functions.Show("""{"bad":true}""", running.Set)).Error));
        running.Wait(TestContext.Current.CancellationToken);
        var count = 0;
        while (!hostile.IsCompleted)
        {
            // Also of its own database.
            Assert.Equal("""{"body":"good"}""", Scripts.Text(await functions.ShowAsync("{}", "db")));
            Assert.Equal("""{"body":"good"}""", Scripts.Text(await functions.ShowAsync("{}", "other")));
            count++;
        }

        Assert.InRange(count, 2, int.MaxValue);
        await hostile;
    }

    [Fact]
    public Task Memory_of_the_stack_that_a_call_has_touched_goes_back() => OnPoolAsync(() =>
    {
        Assert.Equal(0, _threads.RunShortAsync("db", static () => Touch(16 << 20), CancellationToken.None).GetAwaiter().GetResult());
        for (var i = 0; i < 100; i++)
        {
            Here("db");
        }

        // Of 12 MiB. The runtime may use some of it meanwhile, such as for the garbage collector.
        Assert.InRange(CountTouched(16 << 20, 4 << 20), 0, 1 << 16);
    });

    /// <summary>Does something on a thread of the pool, after the first call of all.</summary>
    private async Task OnPoolAsync(Action action)
    {
        await _threads.RunAsync("warm", static () => 0, TestContext.Current.CancellationToken);
        await Task.Run(action, TestContext.Current.CancellationToken);
    }

    /// <summary>Has a call begin on a thread of the pool, which ends with a gate.</summary>
    /// <returns>The call, which gives its thread.</returns>
    private async Task<Task<int>> HeldHereAsync(string scope, ManualResetEventSlim gate)
    {
        await _threads.RunAsync("warm", static () => 0, TestContext.Current.CancellationToken);
        using var running = new ManualResetEventSlim();
        var call = Task.Run(
            async () =>
            {
                var thread = await _threads.RunShortAsync(scope, () => Held(running, gate), CancellationToken.None);
                Assert.Equal(Environment.CurrentManagedThreadId, thread);
                return thread;
            },
            TestContext.Current.CancellationToken);
        running.Wait(TestContext.Current.CancellationToken);
        return call;
    }

    private Task<int> ShortAsync(string scope) =>
        _threads.RunShortAsync(scope, static () => Environment.CurrentManagedThreadId, TestContext.Current.CancellationToken);

    private int Here(string scope) => ShortAsync(scope).GetAwaiter().GetResult();

    private static int Held(ManualResetEventSlim running, ManualResetEventSlim gate)
    {
        running.Set();
        gate.Wait();
        return Environment.CurrentManagedThreadId;
    }

    /// <summary>Makes the call with that much of the stack used.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private unsafe int Deep(int used)
    {
        var room = stackalloc byte[used];
        room[0] = 1;
        return Here("db") + room[0] - 1;
    }

    /// <summary>Writes to a part of the stack, far below.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe int Touch(int depth)
    {
        var room = stackalloc byte[depth];
        new Span<byte>(room, depth).Fill(1);
        return room[depth - 1] - 1;
    }

    /// <summary>How many bytes of a part of the stack below are what <see cref="Touch"/> wrote.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private static unsafe int CountTouched(int depth, int least)
    {
        var room = stackalloc byte[depth];
        return new Span<byte>(room, depth - least).Count((byte)1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(string? text) => text!.Length;

    /// <summary>A show function, which is called where the caller is.</summary>
    private sealed class Functions : IDisposable
    {
        private readonly ScriptThreads _threads;
        private readonly JavaScriptFactory _factory;
        private readonly DesignFunctions _design;

        public Functions(ScriptThreads threads, string show, ScriptLimits limits)
        {
            _threads = threads;
            var options = new ScriptHostOptions { Limits = limits };
            _factory = new JavaScriptFactory(options, threads);
            _design = _factory.CreateDesign(
                "db", new DesignSource("javascript", Scripts.Utf8($$$"""{"shows":{"s":"{{{show}}}"}}""")), options);
        }

        public Task<ReadOnlyMemory<byte>> ShowAsync(string document, string scope) => _threads.RunShortAsync(
            scope, () => _design.Show("s", Scripts.Utf8(document), Scripts.Utf8("""{"path":[]}""")), CancellationToken.None);

        /// <summary>Calls it on this thread.</summary>
        public string Show(string document = "{}", Action? begun = null) => _threads.RunShortAsync(
            "db",
            () =>
            {
                Assert.True(Thread.CurrentThread.IsThreadPoolThread);
                begun?.Invoke();
                return Scripts.Text(_design.Show("s", Scripts.Utf8(document), Scripts.Utf8("""{"path":[]}""")));
            },
            CancellationToken.None).GetAwaiter().GetResult();

        public void Dispose() => _factory.Dispose();
    }
}
