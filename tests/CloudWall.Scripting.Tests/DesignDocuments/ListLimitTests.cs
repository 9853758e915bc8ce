using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests.DesignDocuments;

/// <summary>
/// Review, attack 14: a limit covers all rows of a list together. Each <c>log()</c> takes a second of the function's time here.
/// </summary>
public sealed class ListLimitTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptThreads _threads;
    private readonly JavaScriptFactory _factory;
    private readonly ScriptHostOptions _options;

    public ListLimitTests()
    {
        _options = new ScriptHostOptions
        {
            Limits = new ScriptLimits { ListTimeout = TimeSpan.FromSeconds(100) },
            Time = _time,
            Log = _ => _time.Advance(TimeSpan.FromSeconds(1)),
        };
        _threads = new ScriptThreads(4, 4, _time);
        _factory = new JavaScriptFactory(_options, _threads);
    }

    public void Dispose()
    {
        _factory.Dispose();
        _threads.Dispose();
    }

    [Fact]
    public void Code_that_takes_a_little_for_each_of_many_rows_ends()
    {
        var rows = new Rows(1000, static () => { });
        var failure = Assert.Throws<ScriptException>(() => List("function() { var row; while (row = getRow()) { log('x'); send('.'); } }", rows));
        Assert.Equal(("os_process_error", "OS process timed out."), (failure.Error, failure.Reason));
        Assert.Equal(100, rows.Sent);
    }

    [Fact]
    public void Time_that_the_client_and_the_store_take_does_not_count()
    {
        var rows = new Rows(1000, () => _time.Advance(TimeSpan.FromMinutes(1)));
        List("function() { var row, n = 0; while (row = getRow()) { if (n++ % 20 == 0) { log('x'); } send('.'); } }", rows);
        Assert.Equal(1000, rows.Sent);
    }

    [Fact]
    public void A_list_that_sends_without_end_ends()
    {
        // No row is asked for, so that what is sent gathers in the instance's memory, which ends.
        var rows = new Rows(1, static () => { });
        Assert.Throws<ScriptException>(() => List("function() { for (;;) { send('0123456789'.repeat(1000)); } }", rows));
        Assert.Equal(0, rows.Sent);
    }

    /// <summary>Others of its database wait for the one place that the database may have.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(10, true)]
    public async Task A_list_keeps_its_place_while_there_are_rows_but_not_for_long(int milliseconds, bool makesWay)
    {
        using var threads = new ScriptThreads(2, 2, _time);
        using var factory = new JavaScriptFactory(_options, threads);
        var (ran, ranMeanwhile) = (false, false);
        Task<bool>? other = null;
        var rows = new Rows(1000, () => _time.Advance(TimeSpan.FromMilliseconds(milliseconds)));
        await threads.StreamAsync(
            "db",
            _ =>
            {
                other = threads.RunAsync("db", () => ran = true, TestContext.Current.CancellationToken);
                List(factory, "function() { while (getRow()) { send('.'); } }", rows);
                ranMeanwhile = ran;
            },
            TestContext.Current.CancellationToken);
        Assert.True(await other!);
        Assert.Equal((1000, makesWay), (rows.Sent, ranMeanwhile));
    }

    [Fact]
    public async Task Who_waits_has_no_place_meanwhile()
    {
        using var threads = new ScriptThreads(2, 2, _time);
        await threads.StreamAsync(
            "db",
            _ =>
            {
                var ran = false;
                var other = threads.RunAsync("db", () => ran = true, TestContext.Current.CancellationToken);
                ListExchange.Await(ValueTask.CompletedTask);
                Assert.False(ran);
                ListExchange.Await(new ValueTask(other));
                Assert.True(ran);
                Assert.Throws<InvalidOperationException>(static () => ListExchange.Await(ValueTask.FromException(new InvalidOperationException())));
            },
            TestContext.Current.CancellationToken);
    }

    private void List(string function, ListExchange exchange) => List(_factory, function, exchange);

    private void List(JavaScriptFactory factory, string function, ListExchange exchange) => factory
        .CreateDesign("db", new DesignSource("javascript", Scripts.Utf8($$"""{"_id":"_design/d","lists":{"l":"{{function}}"} }""")), _options)
        .List("l", Scripts.Utf8("{}"), Scripts.Utf8("{}"), exchange, TestContext.Current.CancellationToken);

    private sealed class Rows(int count, Action wait) : ListExchange
    {
        private int _given;

        public int Sent { get; private set; }

        public override void Start(ReadOnlyMemory<byte> response)
        {
        }

        public override void Send(ReadOnlyMemory<byte> text)
        {
            wait();
            Sent += text.Length;
        }

        public override bool TryGetRow(out ReadOnlyMemory<byte> row)
        {
            wait();
            row = Scripts.Utf8("{}");
            return _given++ < count;
        }
    }
}
