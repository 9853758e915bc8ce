namespace CloudWall.Scripting.Tests.Views;

/// <summary>What a map function cannot do in its time or memory costs that function the rows of that document, and nothing else.</summary>
public sealed class PoisonTests
{
    private const string Ids = "function(doc) { emit(doc._id); }";
    private const string Backtracks = "function(doc) { emit(/^(a+)+$/.test(doc.s)); }";
    private const string Recurses = "function(doc) { function f() { return f() + 1; } emit(doc.n == 5 ? f() : doc.n); }";
    private const string Hoards = "function(doc) { var all = []; while (doc.n == 5) { all.push('x'.repeat(4e6) + all.length); } emit(doc.n); }";
    private const string Counts = "function(doc) { seen = (typeof seen == 'undefined' ? 0 : seen) + 1; while (doc.n == 5) { } emit(seen); }";

    private readonly Scripts _scripts = new(new ScriptLimits { Timeout = TimeSpan.FromMilliseconds(300), Memory = 40 << 20 });

    [Theory]
    [InlineData(Backtracks, true)]
    [InlineData(Counts, true)]
    [InlineData(Recurses, false)]
    [InlineData(Hoards, false)]
    public void A_poisoned_document_costs_its_own_rows_of_the_function_that_cannot_do_it(string function, bool isOfTime)
    {
        // Where memory is short, time is not to be, however busy the machine is.
        var scripts = isOfTime ? _scripts : new Scripts(new ScriptLimits { Memory = 40 << 20 });
        var expected = Enumerable.Range(0, 12).SelectMany(static n => n == 5 ? ["5.0"] : new[] { $"{n}.0", $"{n}.1" }).ToList();
        foreach (var size in (int[])[1, 4, 12])
        {
            var rows = new List<string>();
            var late = new List<int>();
            var maps = scripts.Maps("", Ids, function);
            var documents = Enumerable.Range(0, 12).Select(Document).ToArray();
            for (var from = 0; from < documents.Length;)
            {
                using var results = maps.Map([.. documents.Skip(from).Take(size)], TestContext.Current.CancellationToken);
                rows.AddRange(Enumerable.Range(0, results.Count).Select(i => $"{from + results[i].Document}.{results[i].Function}"));
                from += results.Documents;
                if (results.RanOutOfTime)
                {
                    late.Add(from - 1);
                }
            }

            Assert.Equal(expected, rows);
            Assert.Equal(isOfTime ? [5] : [], late);
            Assert.EndsWith("with doc._id 5, which has no rows of map function 2 of 2", Assert.Single(scripts.Logged), StringComparison.Ordinal);
            scripts.Logged.Clear();
        }
    }

    /// <summary>What one function holds is not missing to another, which might notice.</summary>
    [Fact]
    public void Functions_do_not_share_their_memory()
    {
        var maps = _scripts.Maps(
            "",
            "function(doc) { for (var i = 0; i < 20; i++) { emit('x'.repeat(1e6)); } }",
            "function(doc) { try { emit('y'.repeat(4e6).length); } catch (e) { emit('caught'); } }");
        using var results = maps.Map([Document(1)], TestContext.Current.CancellationToken);
        Assert.Equal("4000000", Scripts.Text(results[results.Count - 1].Key));
    }

    /// <summary>Together they have too little memory; alone each has enough, and all of them far more than one instance.</summary>
    [Fact]
    public void Functions_that_run_alone_give_no_more_than_they_could_together()
    {
        var many = Enumerable.Range(0, 12).Select(static n => $"function(doc) {{ for (var i = 0; i < 7; i++) {{ emit({n}, 'x'.repeat(1e6)); }} }}");
        var scripts = new Scripts(new ScriptLimits { Memory = 40 << 20 });
        using var results = scripts.Maps("", [.. many]).Map([Document(1)], TestContext.Current.CancellationToken);
        Assert.Equal(3 * 7, results.Count);
        Assert.Equal(9, scripts.Logged.Count(static line => line.Contains("out of memory", StringComparison.Ordinal)));
    }

    /// <summary>Each document finds the module as it was at first, with the functions that come before in the design document.</summary>
    [Fact]
    public void What_functions_share_is_the_same_after_a_poisoned_document()
    {
        const string Library = """{"count":"var n = 0; exports.next = function() { return n++; };"}""";
        const string Counts = "function(doc) { if (doc.n == 5 && BAD) { for (;;) { } } emit(require('views/lib/count').next()); }";
        var maps = _scripts.Maps(
            Library, Counts.Replace("BAD", "true", StringComparison.Ordinal), Counts.Replace("BAD", "false", StringComparison.Ordinal));
        var documents = Enumerable.Range(0, 12).Select(Document).ToList();
        var rows = new List<string>();
        for (var from = 0; from < documents.Count;)
        {
            using var results = maps.Map([.. documents.Skip(from)], TestContext.Current.CancellationToken);
            for (var i = 0; i < results.Count; i++)
            {
                rows.Add($"{from + results[i].Document}.{results[i].Function} {Scripts.Text(results[i].Key)}");
            }

            from += results.Documents;
        }

        Assert.Equal(Enumerable.Range(0, 12).SelectMany(static n => n == 5 ? ["5.1 0"] : new[] { $"{n}.0 0", $"{n}.1 1" }), rows);
    }

    [Fact]
    public void One_function_that_does_not_end_is_tried_once()
    {
        var maps = _scripts.Maps("", "function(doc) { log('called'); for (;;) { } }");
        using var results = maps.Map([Document(1)], TestContext.Current.CancellationToken);
        Assert.True(results.RanOutOfTime);
        Assert.Single(_scripts.Logged, static line => line == "called");
    }

    [Fact]
    public void Many_functions_that_do_not_end_fail_with_one_document()
    {
        var loops = Enumerable.Range(0, 20).Select(static n => $"function(doc) {{ for (;;) {{ {n}; }} }}").ToArray();
        var failure = Assert.Throws<ScriptException>(
            () => _scripts.Maps("", loops).Map([Document(1), Document(2)], TestContext.Current.CancellationToken));
        Assert.Equal(("os_process_error", "OS process timed out."), (failure.Error, failure.Reason));
        Assert.Equal(8, _scripts.Logged.Count);
    }

    private static ReadOnlyMemory<byte> Document(int n) =>
        Scripts.Utf8($$"""{"_id":"{{n}}","n":{{n}},"s":"{{(n == 5 ? new string('a', 40) + "!" : "a")}}"}""");
}
