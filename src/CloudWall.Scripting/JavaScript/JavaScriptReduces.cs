using System.Text;
using CloudWall.Scripting.Views;
using Jint.Native;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Reduce functions in JavaScript.</summary>
internal sealed class JavaScriptReduces : ReduceFunctions
{
    // CouchDB compares what comes out with the line that went in: ["reduce",["…"],[…]] and so on.
    private const int ReduceFrame = 16;
    private const int RereduceFrame = 18;

    private readonly string _scope;
    private readonly ScriptHostOptions _options;
    private readonly CompiledSource[] _functions;
    private readonly SandboxMode _mode;
    private readonly SandboxPool<ReduceSandbox> _pool;

    public JavaScriptReduces(string scope, ReduceSource source, ScriptHostOptions options)
    {
        _scope = scope;
        _options = options;
        _functions = [.. source.Functions.Select(text => new CompiledSource(text, options.Limits))];
        _mode = CompiledSource.ModeOf(source.Functions);
        _pool = new SandboxPool<ReduceSandbox>(Create, used => used.Sandbox, options.EnginesKept);
        _pool.Return(Create());
    }

    public override int Count => _functions.Length;

    public override void ReleaseIdle() => _pool.Clear();

    public override IReadOnlyList<ReadOnlyMemory<byte>> Reduce(IReadOnlyList<ReduceRow> rows, CancellationToken cancellation = default)
    {
        using var keys = new PooledBuffer();
        using var values = new PooledBuffer();
        Open(keys);
        Open(values);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            Put(keys, i == 0 ? "["u8 : ",["u8);
            Put(keys, row.Key.Span);
            Put(keys, ","u8);
            Put(keys, row.Id.Span);
            Put(keys, "]"u8);
            if (i > 0)
            {
                Put(values, ","u8);
            }
            Put(values, row.Value.Span);
        }
        Put(keys, "]"u8);
        Put(values, "]"u8);

        // In CouchDB's line keys and values alternate: [[key,id],value], which is three characters a row more.
        var input = keys.WrittenCount + values.WrittenCount + (2 * rows.Count) + ReduceFrame;
        return Run([.. Enumerable.Range(0, _functions.Length)], keys.WrittenMemory, values.WrittenMemory, input, cancellation);
    }

    public override ReadOnlyMemory<byte> Rereduce(
        int function, IReadOnlyList<ReadOnlyMemory<byte>> values, CancellationToken cancellation = default)
    {
        using var list = new PooledBuffer();
        Open(list);
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0)
            {
                Put(list, ","u8);
            }
            Put(list, values[i].Span);
        }
        Put(list, "]"u8);
        return Run([function], default, list.WrittenMemory, list.WrittenCount + RereduceFrame, cancellation)[0];
    }

    private static void Open(PooledBuffer buffer) => Put(buffer, "["u8);

    private static void Put(PooledBuffer buffer, ReadOnlySpan<byte> bytes) => System.Buffers.BuffersExtensions.Write(buffer, bytes);

    private ReadOnlyMemory<byte>[] Run(
        int[] functions, ReadOnlyMemory<byte> keys, ReadOnlyMemory<byte> values, int input, CancellationToken cancellation)
    {
        var engine = _pool.Rent();
        var results = engine.Reduce(functions, keys, values, cancellation);
        _pool.Return(engine);
        Check(results, input);
        return results;
    }

    private void Check(ReadOnlyMemory<byte>[] results, int input)
    {
        if (_options.Limits.ReduceLimit == ReduceLimit.Ignore)
        {
            return;
        }

        var output = 2 + Math.Max(0, results.Length - 1) + results.Sum(result => Encoding.UTF8.GetCharCount(result.Span));
        if (output <= 4096 || output * 2L <= input)
        {
            return;
        }

        var text = $"Reduce output must shrink more rapidly: input size: {input} output size: {output}";
        if (_options.Limits.ReduceLimit == ReduceLimit.Fail)
        {
            throw new ScriptException("reduce_overflow_error", text);
        }
        _options.Log(new ScriptLogEntry(_scope, "reduce_overflow_error: " + text));
    }

    private ReduceSandbox Create() =>
        new(_functions, new Sandbox(_options.Limits, _options.Time, _mode), text => _options.Log(new ScriptLogEntry(_scope, text)));

    /// <summary>An engine with the functions in it.</summary>
    private sealed class ReduceSandbox
    {
        private readonly JsValue[] _functions;
        private readonly Action<string> _log;

        public ReduceSandbox(CompiledSource[] functions, Sandbox sandbox, Action<string> log)
        {
            Sandbox = sandbox;
            _log = log;
            HelperFunctions.Install(sandbox, log);
            sandbox.AddHelper("emit", static _ => JsValue.Undefined, 2);
            Rendering.InstallUnavailable(sandbox);
            _functions = [.. functions.Select(function => function.Load(sandbox, default))];
        }

        public Sandbox Sandbox { get; }

        public ReadOnlyMemory<byte>[] Reduce(
            int[] functions, ReadOnlyMemory<byte> keys, ReadOnlyMemory<byte> values, CancellationToken cancellation)
        {
            var results = new ReadOnlyMemory<byte>[functions.Length];
            using var buffer = new PooledBuffer();
            for (var i = 0; i < functions.Length; i++)
            {
                // Each function has lists of its own, so that none sees what another did to them.
                var keyList = keys.IsEmpty ? JsValue.Null : Sandbox.Parse(keys.Span);
                var valueList = Sandbox.Parse(values.Span);
                var function = _functions[functions[i]];
                buffer.Rewind(0);
                try
                {
                    Sandbox.Run(
                        () =>
                        {
                            var result = Sandbox.Engine.Call(
                                function, JsValue.Undefined, [keyList, valueList, keys.IsEmpty ? JsBoolean.True : JsBoolean.False]);
                            Sandbox.Write(result, buffer, Sandbox.Limits.Output);
                            return JsValue.Undefined;
                        },
                        cancellation);
                    results[i] = buffer.WrittenSpan.ToArray();
                }
                catch (JavaScriptException e)
                {
                    results[i] = Failed(e.Error);
                }
            }
            return results;
        }

        private byte[] Failed(JsValue thrown)
        {
            if (thrown is JsString text && text.ToString() == "fatal_error")
            {
                throw new ScriptException("map_runtime_error", "function raised 'fatal_error'");
            }
            if (ThrownValue.Named(Sandbox, thrown, "fatal") is { } fatal)
            {
                throw fatal;
            }

            _log("function raised exception " + ThrownValue.Describe(thrown));
            return "null"u8.ToArray();
        }
    }
}
