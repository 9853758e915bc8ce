using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.DesignDocuments;

/// <summary>
/// Lists that wait for their clients: there may be many of them, so what each began with counts, which is not so while the number of places
/// bounds them.
/// </summary>
public sealed class ListMemoryTests
{
    /// <summary>Eight mebibytes, which each instance has from the start.</summary>
    private const string Function =
        "function() { var all = []; for (var i = 0; i < 8; i++) { all.push(new Array(1 << 16).fill(i)); } getRow(); send('' + all.length); }";

    [Theory]
    [InlineData(64, true)]
    [InlineData(6, false)]
    public async Task What_a_waiting_list_holds_counts(int mebibytes, bool fits)
    {
        using var waiting = new Waiting();
        await RunAsync(mebibytes, factory =>
        {
            if (fits)
            {
                // What is given back can be taken again.
                for (var i = 0; i < 10; i++)
                {
                    List(factory, waiting);
                }

                Assert.Equal(10, waiting.Sent);
            }
            else
            {
                var failure = Assert.Throws<ScriptException>(() => List(factory, waiting));
                Assert.True(failure.IsOfLoad, failure.Message);

                // What it waited for uses what is disposed of with it.
                Assert.True(waiting.HasEnded);
            }
        });
    }

    /// <summary>A row may be a reduction, which is a call within the call.</summary>
    [Fact]
    public Task What_a_list_holds_counts_after_a_call_within_it() => RunAsync(6, static factory =>
    {
        var reduces = factory.CreateReduces("db", new ReduceSource("javascript", ["function() { return 1; }"]), new ScriptHostOptions());
        using var waiting = new Waiting
        {
            Before = () => reduces.Reduce([new ReduceRow(Scripts.Utf8("1"), Scripts.Utf8("\"a\""), Scripts.Utf8("1"))]),
        };
        Assert.True(Assert.Throws<ScriptException>(() => List(factory, waiting)).IsOfLoad);
    });

    [Fact]
    public Task What_does_not_wait_does_not_count() => RunAsync(6, static factory =>
    {
        using var rows = new Waiting { Waits = false };
        List(factory, rows);
        Assert.Equal(1, rows.Sent);
    });

    private static async Task RunAsync(int mebibytes, Action<JavaScriptFactory> run)
    {
        using var threads = new ScriptThreads(2, 2, TimeProvider.System);
        using var factory = new JavaScriptFactory(new ScriptHostOptions { TotalMemory = (long)mebibytes << 20 }, threads);
        await threads.StreamAsync("db", _ => run(factory), TestContext.Current.CancellationToken);
    }

    private static void List(JavaScriptFactory factory, ListExchange exchange) => factory
        .CreateDesign(
            "db",
            new DesignSource("javascript", Scripts.Utf8($$"""{"_id":"_design/d","lists":{"l":"{{Function}}"} }""")),
            new ScriptHostOptions())
        .List("l", Scripts.Utf8("{}"), Scripts.Utf8("{}"), exchange, TestContext.Current.CancellationToken);

    private sealed class Waiting : ListExchange, IDisposable
    {
        private readonly Timer _timer;
        private TaskCompletionSource _taken = new();

        public Waiting() => _timer = new Timer(_ => Volatile.Read(ref _taken).TrySetResult());

        public bool Waits { get; init; } = true;

        public Action Before { get; init; } = static () => { };

        public bool HasEnded => Volatile.Read(ref _taken).Task.IsCompleted;

        public int Sent { get; private set; }

        public override void Start(ReadOnlyMemory<byte> response)
        {
        }

        public override void Send(ReadOnlyMemory<byte> text) => Sent += text.Length;

        public override bool TryGetRow(out ReadOnlyMemory<byte> row)
        {
            row = default;
            Before();
            if (Waits)
            {
                Volatile.Write(ref _taken, new TaskCompletionSource());
                _timer.Change(20, Timeout.Infinite);
                Await(new ValueTask(_taken.Task));
            }

            return false;
        }

        public void Dispose() => _timer.Dispose();
    }
}
