using System.Diagnostics;

namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Review, attacks 2 and 3: no call takes more memory or time than it may have, whatever it does.</summary>
public sealed class MemoryTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData("var s = '1'.repeat(8e6); new Array(400).fill(s).join('')")]
    [InlineData("var s = '1'.repeat(8e6); '' + new Array(600).fill(s)")]
    [InlineData("var s = '1'.repeat(8e6); String.raw({ raw: new Array(600).fill(s) })")]
    [InlineData("var a = new Array(4e6).fill(1); [].concat.apply([], new Array(1000).fill(a))")]
    [InlineData("var s = 'x'; for (;;) s += s")]
    [InlineData("var l = []; for (;;) l.push({ a: l.length })")]
    [InlineData("var m = new Map(); for (var i = 0; ; i++) m.set(i, i)")]
    [InlineData("var o = {}; for (var i = 0; ; i++) o['k' + i] = i")]
    [InlineData("for (var i = 0; ; i++) Symbol.for('s' + i)")]
    [InlineData("for (;;) log('x'.repeat(1e6))")]
    [InlineData("for (;;) emit('x'.repeat(1e6), 1)")]
    [InlineData("var b = 1n; for (;;) b = b << 1000000n")]
    [InlineData("10n ** 100000000n")]
    [InlineData("var b = 10n ** 300000n; for (;;) b = b * b")]
    [InlineData("'a'.padEnd(1 << 30, 'b').split('')")]
    [InlineData("JSON.parse('[' + '{},'.repeat(5e6) + '1]')")]
    [InlineData("new RegExp('(a|b|c|d){1000}'.repeat(1000))")]
    [InlineData("/^(a+)+$/.test('a'.repeat(50) + '!')")]
    [InlineData("var s = '1'.repeat(8e6); new Array(4e6).fill(s).map(Number)")]
    [InlineData("var s = 'a'.repeat(4e6); (s + 'b').indexOf(s.slice(1) + 'c'); for (;;) s.includes(s + 'b')")]
    [InlineData("var a = new Array(4e6).fill(1); a.forEach(function() { a.reverse(); })")]
    [InlineData("var s = 'ä'.repeat(8e6); for (;;) s.toUpperCase()")]
    [InlineData("var s = 'ä'.repeat(4e6); for (;;) encodeURIComponent(s)")]
    [InlineData("[3, 1, 2].sort(function() { for (;;) {} })")]
    [InlineData("({ get x() { for (;;) {} } }).x")]
    [InlineData("eval('for(;;){}')")]
    public void A_call_ends_within_its_limits(string statement)
    {
        var scripts = new Scripts(new ScriptLimits { Timeout = TimeSpan.FromMilliseconds(200) });
        scripts.Map("function(doc) { emit(1); }");
        var before = Resident();
        var map = scripts.Maps("", $"function(doc) {{ {statement}; }}");
        var watch = Stopwatch.StartNew();
        try
        {
            Scripts.Rows(map, """{"_id":"a"}""");
        }
        catch (ScriptException e)
        {
            Assert.Equal("os_process_error", e.Error);
        }

        // Memory is what counts here; how long it takes on a busy machine does not.
        Assert.InRange(Resident() - before, long.MinValue, 300 * MiB);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    /// <summary>The log says why a document has no rows, also where there was no memory left for a message.</summary>
    [Fact]
    public void The_log_names_want_of_memory()
    {
        // On a busy machine it takes longer than functions may.
        var scripts = new Scripts(new ScriptLimits { Timeout = TimeSpan.FromMinutes(1) });
        Assert.Empty(scripts.Map("function(doc) { for (;;) emit(1, 1); }", """{"_id":"a"}"""));
        Assert.Equal("InternalError: out of memory, with doc._id a, which has no rows", Assert.Single(scripts.Logged));
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
