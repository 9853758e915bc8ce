using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Review of the sandbox, 6: what others' memory costs a call is an error of that call, and never a document's rows.</summary>
public sealed class StarvedTests : IDisposable
{
    private readonly ScriptThreads _threads = new(4, 2, TimeProvider.System);
    private readonly List<string> _logged = [];
    private readonly ScriptHostOptions _options;
    private readonly JavaScriptFactory _factory;

    public StarvedTests()
    {
        _options = new ScriptHostOptions { TotalMemory = 8 << 20, Log = entry => _logged.Add(entry.Message) };
        _factory = new JavaScriptFactory(_options, _threads);
    }

    public void Dispose()
    {
        _factory.Dispose();
        _threads.Dispose();
    }

    [Fact]
    public void Rows_are_there_or_the_call_has_failed()
    {
        var maps = Maps("function(doc) { var s = 'x'.repeat(doc.n); emit(s, s.length); }");
        var (passed, failed) = (0, 0);
        for (var n = 1 << 16; n < 16 << 20; n += n / 6)
        {
            try
            {
                using var results = maps.Map([Scripts.Utf8($$"""{"n":{{n}}}""")], TestContext.Current.CancellationToken);
                Assert.Equal($"{n}", Scripts.Text(results[0].Value));
                passed++;
            }
            catch (ScriptException failure)
            {
                Assert.Equal(("os_process_error", true), (failure.Error, failure.IsOfLoad));
                failed++;
            }
        }

        Assert.Empty(_logged);
        Assert.True(passed > 3 && failed > 3, $"{passed} {failed}");
        Assert.Equal(["0.0 1:null"], Scripts.Rows(Maps("function(doc) { emit(1); }"), """{"_id":"a"}"""));
    }

    [Fact]
    public void A_document_that_does_not_fit_fails_the_call()
    {
        var maps = Maps("function(doc) { emit(doc.s.length); }");
        for (var n = 4 << 20; n < 24 << 20; n += 1 << 20)
        {
            try
            {
                using var results = maps.Map([Scripts.Utf8($$"""{"s":"{{new string('x', n)}}"}""")], TestContext.Current.CancellationToken);
                Assert.Equal($"{n}", Scripts.Text(results[0].Key));
            }
            catch (ScriptException failure)
            {
                Assert.Equal(("os_process_error", true), (failure.Error, failure.IsOfLoad));
            }
        }

        Assert.Empty(_logged);
    }

    [Fact]
    public void Functions_that_do_not_compile_for_want_of_memory_do_so_later()
    {
        const string text = "(function() { var s = 'x'.repeat(3e7).length; return function(doc) { emit(s); }; })()";
        Assert.Equal("os_process_error", Assert.Throws<ScriptException>(() => Maps(text)).Error);

        var design = _factory.CreateDesign("db", new("javascript", Scripts.Utf8("{\"validate_doc_update\":\"" + text + "\",\"filters\":{\"a\":\"function() { return true; }\"}}")), _options);
        var none = Scripts.Utf8("null");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(
                "os_process_error",
                Assert.Throws<ScriptException>(() => design.Validate(new(Scripts.Utf8("{}"), none, none, none), TestContext.Current.CancellationToken)).Error);
        }

        Assert.Equal([true], design.Filter("a", [Scripts.Utf8("{}")], Scripts.Utf8("{}"), TestContext.Current.CancellationToken));
    }

    /// <summary>Two threads map documents of one index. Each would find enough alone, up to what one call may have.</summary>
    [Fact]
    public void Documents_that_take_all_memory_at_once_cost_their_own_rows_alone()
    {
        var logged = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var options = new ScriptHostOptions
        {
            TotalMemory = 48 << 20,
            Limits = new ScriptLimits { Memory = 44 << 20, Timeout = TimeSpan.FromMinutes(1) },
            Log = entry => logged.Enqueue(entry.Message),
        };
        using var factory = new JavaScriptFactory(options, _threads);
        var maps = factory.CreateMaps(
            "db", new MapSource("javascript", ["function(doc) { var all = []; for (;;) { all.push('x'.repeat(100000) + all.length); } }"], Scripts.Utf8("")), options);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            using var results = maps.Map([Scripts.Utf8($$"""{"_id":"{{i}}"}""")], TestContext.Current.CancellationToken);
            Assert.Equal((0, 1), (results.Count, results.Documents));
        });
        Assert.Equal(8, logged.Count(static line => line.Contains("which has no rows", StringComparison.Ordinal)));
    }

    /// <summary>Where no memory is left for an error, the engine throws null, which says nothing.</summary>
    [Theory]
    [InlineData("function(doc) { for (;;) { emit(1, 'v'); } }")]
    [InlineData("function(doc) { emit(('a'.repeat(1e6)).replace(/a/g, '$`').length); }")]
    public void A_document_that_takes_more_than_a_call_may_have_is_passed_over(string function)
    {
        var logged = new List<string>();
        var options = new ScriptHostOptions
        {
            Limits = new ScriptLimits { Memory = 40 << 20, Timeout = TimeSpan.FromMinutes(1) },
            Log = entry => logged.Add(entry.Message),
        };
        using var factory = new JavaScriptFactory(options, _threads);
        var maps = factory.CreateMaps("db", new MapSource("javascript", [function], Scripts.Utf8("")), options);
        using var results = maps.Map([Scripts.Utf8("""{"_id":"a"}""")], TestContext.Current.CancellationToken);
        Assert.Equal((0, 1), (results.Count, results.Documents));
        Assert.NotEmpty(logged);
    }

    private MapFunctions Maps(string function) =>
        _factory.CreateMaps("db", new MapSource("javascript", [function], Scripts.Utf8("")), _options);
}
