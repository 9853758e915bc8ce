using System.Text;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>
/// Code that had overwritten the driver's memory could say anything to the host. Here another program is in the driver's place, or its
/// memory is overwritten: each call fails, or gives what it should, and the next one finds nothing of it.
/// </summary>
public sealed class StrangerTests : IDisposable
{
    private const string Document = """{"_id":"a","l":[1,{"b":"c"}]}""";

    /// <summary>One for all tests: to compile it takes more than they do.</summary>
    private static readonly Lazy<QuickJsModule> Module = new(static () => QuickJsModule.Load(static _ => { }));

    private readonly ScriptThreads _threads = new(2, 2, TimeProvider.System);
    private readonly ScriptHostOptions _options = new()
    {
        Limits = new ScriptLimits { Timeout = TimeSpan.FromMilliseconds(300), ListTimeout = TimeSpan.FromMilliseconds(600), Memory = 32 << 20 },
    };

    private readonly QuickJsEngine _engine;

    public StrangerTests() => _engine = new QuickJsEngine(_options);

    public static TheoryData<string> Answers =>
    [
        "return;", "return null;", "return 7;", "return NaN;", "return {};", "return [];", "return Symbol();", "return {toString: null};",
        "return {toString() { throw 1; }};", "return host;", "throw 1;", "throw null;", "throw undefined;", "throw {};", "throw Symbol();",
        "return '';", "return '1';", "return '3[]';", "return '1x';", "return '1[';", "return '1[[';", "return '1[] []';", "return '1[[[[1,2]]],[]]';",
        "return '1[[[[1,\"\\ud800\"]]]]';", "return '\\udfff';", "return '1[[[[1,2\\0]]]]';", "return '1[[[[1,2]]]]\\0'.slice(1);",
        "return '1' + '['.repeat(1e5);", "return '1' + '['.repeat(1e5) + ']'.repeat(1e5);", "return '1' + 'x'.repeat(5e6);",
        "return '1[[[{}]]]';", "return '1[\"a\",{}]';", "return '1[\"error\",\"a\"]';", "return '1{\"forbidden\":';",
        "return '1{\"a\":[' + '\"x\",'.repeat(1e5) + '1]}';", "return '0';", "return '0[]';", "return '0[1]';",
        "return '0[\"a\"';", "return '0[\"a\",\"b\"]';", "return '0[\"\\\\ud800\",{}]';", "return '0x';",
        "return '2';", "return '2\\ud800';", "return 'x'.repeat(1e9);", "for (;;) ;", "for (;;) host.progress();", "for (;;) host.newRealm();",
        "(function f() { f(); })();", "host.progress.call.apply(host.progress, new Array(60000));", "return host.nope();",
        "return host.globalOf();", "return host.globalOf(1e9);", "return host.globalOf(-1);", "return host.globalOf(NaN);", "return host.globalOf(2 ** 32);",
        "return host.globalOf(Symbol());", "return host.globalOf({});", "return host.evaluate();", "return host.evaluate(0);", "return host.evaluate(0, Symbol(), 'x');",
        "return host.evaluate(0, '(', 'x', 0);", "return host.evaluate(0.9, 'nope', Symbol(), 1);", "return host.evaluate(1e9, '1', 'x', 0);",
        "return host.evaluate(0, 'function('.repeat(1e5), 'x', 0);", "host.log(); host.log(Symbol());", "for (;;) host.log('x'.repeat(1e5));", "return host.log('\\ud800'), 'x';",
        "return host.nextRow();", "return host.nextRow(Symbol());", "return host.nextRow(7);", "return host.nextRow('\"\\ud800\"');", "return host.nextRow('\"a');",
        "return host.nextRow('\"a\" 1');", "return host.nextRow('null', '{\"a\":\"\\ud800\"}');", "return host.nextRow('\"a\"', '{');", "return host.nextRow('\"a\"', 'x') + '1';",
        "for (;;) host.nextRow('null');",
    ];

    public void Dispose()
    {
        _engine.Dispose();
        _threads.Dispose();
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Whatever_is_in_the_drivers_place_only_fails_its_calls(string body)
    {
        // What was sent to clients is text, whatever came of the call.
        var sent = new List<byte[]>();
        await _threads.RunAsync(
            "db",
            () =>
            {
                var image = Put($"(function(host) {{ return function(line) {{ {body} }}; }})");
                var set = new ScriptSet(_engine, "db", _options, "db");
                var call = new ListCall("db", _options, new Rows(sent), TestContext.Current.CancellationToken);
                Assert.ThrowsAny<ScriptException>(() => set.Run(image, "[]"u8, call, answer => ReadAll(answer, call)));
                set.ReleaseIdle();
                return true;
            },
            TestContext.Current.CancellationToken);

        Assert.All(sent, static text => Assert.True(System.Text.Unicode.Utf8.IsValid(text)));
        Assert.Equal((0, 0), (_engine.Budget.Instances, _engine.Budget.Taken));
        Assert.Equal(["0.0 \"a\":{\"b\":\"c\"}"], Rows_of_a_map_function());
    }

    /// <summary>The positive control: the readers take what is right.</summary>
    [Fact]
    public async Task What_is_right_is_read() => await _threads.RunAsync(
        "db",
        () =>
        {
            var set = new ScriptSet(_engine, "db", _options, "db");
            var image = Put("(function(host) { return function(line) { host.nextRow('\"a\"', '{}'); return '1[[[[1,2]]]]'; }; })");
            var call = new ListCall("db", _options, new Rows([]), TestContext.Current.CancellationToken);
            Assert.Equal(1, set.Run(image, "[]"u8, call, static answer => ReadRows(answer)));
            return true;
        },
        TestContext.Current.CancellationToken);

    [Fact]
    public async Task Memory_that_is_overwritten_anywhere_costs_its_own_call_alone()
    {
        var random = new Random(20260612);
        await _threads.RunAsync(
            "db",
            () =>
            {
                var set = new ScriptSet(_engine, "db", _options, "db");
                var image = set.Prepare(null, """["setMaps",["function(doc) { emit(doc._id, doc.l[1]); }"],{},false]"""u8, TestContext.Current.CancellationToken);
                var (good, bad) = (0, 0);
                for (var round = 0; round < 300; round++)
                {
                    using var instance = _engine.Create(image, "db");
                    Overwrite(instance, image, random, round);
                    try
                    {
                        using var results = new MapResults();
                        var call = new MapCall("db", _options, TestContext.Current.CancellationToken) { Pieces = 1 };
                        using var turn = new ScriptTurn(_engine, instance, call, _options);
                        var answer = Driver.Send(instance, image, Encoding.UTF8.GetBytes("[\"map\",[" + Document + "]]"));
                        DriverError.RequireUtf8(answer);
                        RowReader.Read(answer is [(byte)'1', ..] ? answer[1..] : throw DriverError.Unreadable(), 0, 1, ..1, int.MaxValue, results);
                        good++;
                    }
                    catch (Exception failure) when (failure is ScriptException or WasmTrapException)
                    {
                        bad++;
                    }
                }

                // Both have been seen: small changes that nobody reads, and all that is fatal.
                Assert.True(good > 10 && bad > 50, $"{good} {bad}");
                return true;
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(["0.0 \"a\":{\"b\":\"c\"}"], Rows_of_a_map_function());
    }

    /// <summary>All that reads answers, but those of map functions; each gives the JSON that goes on from there.</summary>
    private static readonly Func<ReadOnlySpan<byte>, ListCall, ReadOnlyMemory<byte>[]>[] Readers =
    [
        static (answer, _) => [DriverError.ReadValue(answer)],
        static (answer, _) => DesignAnswers.ReadUpdate(answer) is var result ? [result.Document, result.Response] : [],
        static (answer, call) => DesignAnswers.ReadEnd(answer, call) ? [] : [],
        static (answer, _) => DesignAnswers.ReadRule(answer) is { } rule ? [rule] : [],
        static (answer, _) => DesignAnswers.ReadPasses(answer, 1).Length == 1 ? [] : [],
        static (answer, _) => Verdict.Read(answer) ? [] : [],
        static (answer, _) => JavaScriptReduces.Read(answer, 1),
    ];

    private static int ReadRows(ReadOnlySpan<byte> answer)
    {
        using var results = new MapResults();
        return RowReader.Read(answer, 0, 1, ..1, int.MaxValue, results);
    }

    /// <summary>Gives an answer to all who read answers: what comes of it is an error that can be told, or JSON, as functions give it.</summary>
    private static int ReadAll(ReadOnlySpan<byte> answer, ListCall call)
    {
        foreach (var read in Readers)
        {
            try
            {
                foreach (var value in read(answer, call))
                {
                    Scripts.AssertJson(value.Span);
                }
            }
            catch (ScriptException failure)
            {
                Scripts.AssertJson(failure.ReasonJson.Span);
                Assert.InRange(failure.ReasonJson.Length, 1, ErrorText.MostReason + 8);
            }
        }

        return ReadRows(answer);
    }

    private static void Overwrite(QuickJsInstance instance, QuickJsImage image, Random random, int round)
    {
        // Where the heap of the image is: the rest is free.
        var memory = instance.Span(0, instance.Size);
        var used = memory.LastIndexOfAnyExcept((byte)0) + 1;
        var heap = Math.Max(0, used - image.Bytes);
        if (round == 0)
        {
            memory.Fill(0xFF);
            return;
        }

        for (var i = 0; i < 1 << (round % 12); i++)
        {
            var at = random.Next(heap, used - 4);
            BitConverter.TryWriteBytes(memory[at..], (round % 4) switch
            {
                0 => random.Next(),
                1 => -1,
                2 => 0,
                _ => random.Next(0, used),
            });
        }
    }

    private QuickJsImage Put(string program)
    {
        using var instance = new QuickJsInstance(Module.Value, _options.Limits.Memory, new MemoryBudget(64 << 20), "db", TimeProvider.System);
        return Driver.Start(instance, Encoding.UTF8.GetBytes(program));
    }

    private string[] Rows_of_a_map_function()
    {
        using var factory = new JavaScriptFactory(_options, _threads);
        return Scripts.Rows(
            factory.CreateMaps("db", new MapSource("javascript", ["function(doc) { emit(doc._id, doc.l[1]); }"], default), _options), Document);
    }

    private sealed class Rows(List<byte[]> sent) : ListExchange
    {
        public override void Start(ReadOnlyMemory<byte> response) => sent.Add(response.ToArray());

        public override void Send(ReadOnlyMemory<byte> text) => sent.Add(text.ToArray());

        public override bool TryGetRow(out ReadOnlyMemory<byte> row)
        {
            row = Scripts.Utf8("{}");
            return true;
        }
    }
}
