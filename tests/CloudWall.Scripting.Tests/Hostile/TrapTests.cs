using System.Runtime.CompilerServices;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>
/// After ten thousand ends by force this process is as it was: a null reference is an exception still, and the garbage collector goes on
/// beside WebAssembly. Both need signals that the library could have taken.
/// </summary>
public sealed class TrapTests
{
    private const int Traps = 10_000;
    private const int Threads = 2;

    /// <summary>So many calls of each thread run until the clock ends them, in compiled code.</summary>
    private const int Interrupted = 100;

    [Fact]
    public async Task Ten_thousand_traps_leave_the_process_as_it_was()
    {
        var options = new ScriptHostOptions { Log = static _ => throw new EndedException() };
        using var threads = new ScriptThreads(4, 2, TimeProvider.System);
        using var factory = new JavaScriptFactory(options, threads);
        var briefly = options with { Limits = new ScriptLimits { Timeout = TimeSpan.FromMilliseconds(1) } };
        using var brief = new JavaScriptFactory(briefly, threads);
        using var collecting = new CancellationTokenSource();
        var collections = Task.Factory.StartNew(() => Collect(collecting.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var ended = await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => threads.RunAsync(
            $"db{thread}", () => End(factory, options, $"db{thread}"), TestContext.Current.CancellationToken)));
        Assert.Equal(Traps, ended.Sum());
        await collecting.CancelAsync();
        Assert.True(await collections > 10);
        var interrupted = await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => threads.RunAsync(
            $"db{thread}", () => Interrupt(brief, briefly, $"db{thread}"), TestContext.Current.CancellationToken)));
        Assert.Equal(Threads * Interrupted, interrupted.Sum());

        // On a thread that has run WebAssembly, and on this one.
        Assert.Throws<NullReferenceException>(static () => LengthOf(null));
        Assert.True(await threads.RunAsync("db0", static () => IsNoticed(), TestContext.Current.CancellationToken));
        Assert.Throws<DivideByZeroException>(static () => Divide(0));
        var maps = factory.CreateMaps("db", new MapSource("javascript", ["function(doc) { emit(1, null); }"], Scripts.Utf8("")), options);
        Assert.Equal(["0.0 1:null"], Scripts.Rows(maps, """{"_id":"a"}"""));
    }

    private static int End(JavaScriptFactory factory, ScriptHostOptions options, string scope)
    {
        // In turn by the host, and by the limit that compiled code looks after itself.
        var maps = factory.CreateMaps(
            scope,
            new MapSource(
                "javascript",
                ["function(doc) { if (doc.deep) { eval(new Array(1e5).join('(') + new Array(1e5).join(')')); } else { log('end'); } }"],
                Scripts.Utf8("")),
            options);
        ReadOnlyMemory<byte>[] plain = [Scripts.Utf8("""{"_id":"a"}""")];
        ReadOnlyMemory<byte>[] deep = [Scripts.Utf8("""{"_id":"a","deep":1}""")];
        var ended = 0;
        for (var i = 0; i < Traps / Threads; i++)
        {
            try
            {
                using var results = maps.Map(i % 500 == 0 ? deep : plain, CancellationToken.None);
            }
            catch (EndedException)
            {
                ended++;
            }
            catch (ScriptException)
            {
                ended++;
            }
        }

        return ended;
    }

    private static int Interrupt(JavaScriptFactory factory, ScriptHostOptions options, string scope)
    {
        var design = factory.CreateDesign(
            scope, new DesignSource("javascript", Scripts.Utf8("""{"shows":{"s":"function() { while (true) ; }"}}""")), options);
        var ended = 0;
        for (var i = 0; i < 10 * Interrupted && ended < Interrupted; i++)
        {
            try
            {
                design.Show("s", default, Scripts.Utf8("{}"), CancellationToken.None);
            }
            catch (ScriptException failure) when (failure.Error == "os_process_error")
            {
                // A busy machine may not even compile it in time, which ends likewise.
                ended++;
            }
        }

        return ended;
    }

    private static int Collect(CancellationToken cancellation)
    {
        var kept = new List<byte[]>();
        var count = 0;
        while (!cancellation.IsCancellationRequested)
        {
            kept.Add(new byte[(count % 64) << 10]);
            if (kept.Count > 256)
            {
                kept.Clear();
            }

            GC.Collect(count++ % 3, GCCollectionMode.Forced, blocking: true, compacting: true);
            cancellation.WaitHandle.WaitOne(2);
        }

        return count;
    }

    private static bool IsNoticed()
    {
        try
        {
            return LengthOf(null) < 0;
        }
        catch (NullReferenceException)
        {
            return true;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(string? text) => text!.Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Divide(int by) => 1 / by;

    private sealed class EndedException : Exception;
}
