using System.Text.RegularExpressions;
using Acornima.Ast;
using Jint;
using Jint.Constraints;
using Jint.Native;
using Jint.Native.Json;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// An engine with limits and without any way out: no CLR, no modules but those of the design document, no timers. It is used by one call at
/// a time, and only as long as no call has exceeded a limit.
/// </summary>
internal sealed class Sandbox
{
    // JSON that is nested deeper is refused: it is read recursively.
    private const int MaxDepth = 2000;

    private readonly ClrFunction _entry;
    private readonly CallClock _clock;
    private readonly MemoryLimitConstraint _memory;
    private readonly List<(JsValue Name, JsValue Value)> _helpers = [];
    private readonly SandboxMode _mode;
    private readonly JsonWriter _writer;
    private Func<JsValue>? _body;

    public Sandbox(ScriptLimits limits, TimeProvider time, SandboxMode mode)
    {
        _mode = mode;
        Limits = limits;
        _clock = new CallClock(time, limits.Timeout);
        var options = new Options { RetainFunctionSourceText = true };
        options.LimitRecursion(limits.Recursion);
        options.MaxArraySize(limits.ArrayLength);
        options.RegexTimeoutInterval(limits.RegexTimeout);
        options.Constraint(_clock);
        options.Constraint(new StackGuard());
        options.Json.MaxParseDepth = MaxDepth;
        options.LimitMemory(limits.Memory);

        options.UseHostFactory(_ => Host);

        Engine = new Engine(options);
        _memory = Engine.Constraints.Find<MemoryLimitConstraint>()!;
        Lockdown.Reduce(Engine);
        BoundedStrings.Install(Engine, limits.StringLength);
        BoundedSearches.Install(Engine);
        BoundedEvaluation.Install(this);
        if (!mode.HasFlag(SandboxMode.Open))
        {
            Lockdown.Freeze(Engine);
        }
        Parser = new JsonParser(Engine, MaxDepth);
        _writer = new JsonWriter(this);
        _entry = new ClrFunction(Engine, "", (_, _) => _body!());
    }

    public Engine Engine { get; }

    /// <summary>What decides whether text may become code.</summary>
    public CheckedHost Host { get; } = new();

    public ScriptLimits Limits { get; }

    public JsonParser Parser { get; }

    /// <summary>Whether it may serve another call: not after a limit was exceeded, nor where code may have changed the language.</summary>
    public bool Reusable { get; private set; } = true;

    public bool SingleUse => _mode.HasFlag(SandboxMode.Open);

    /// <summary>Adds a function that code finds as a global.</summary>
    public void AddHelper(string name, Func<JsValue[], JsValue> body, int length = 0)
    {
        var function = new ClrFunction(Engine, name, (_, arguments) => body(arguments), length);
        Lock(function);
        AddGlobal(name, function);
    }

    public void AddGlobal(string name, JsValue value)
    {
        _helpers.Add((new JsString(name), value));
        var flags = _mode.HasFlag(SandboxMode.ReplacesHelpers) || SingleUse
            ? PropertyFlag.ConfigurableEnumerableWritable
            : PropertyFlag.OnlyEnumerable;
        Engine.Global.DefineOwnProperty(name, new PropertyDescriptor(value, flags));
    }

    /// <summary>Runs something under the limits of one call.</summary>
    /// <exception cref="ScriptException">A limit was exceeded.</exception>
    /// <exception cref="JavaScriptException">The code threw and nobody took care of it.</exception>
    public JsValue Run(Func<JsValue> body, CancellationToken cancellation)
    {
        if (_mode.HasFlag(SandboxMode.ReplacesHelpers))
        {
            RestoreHelpers();
        }

        _body = body;
        _clock.Start(cancellation);
        try
        {
            return Engine.Call(_entry, JsValue.Undefined, []);
        }
        catch (Exception e) when (e is not (JavaScriptException or ScriptException))
        {
            Reusable = false;
            throw Translate(e);
        }
        finally
        {
            _body = null;
            _clock.Stop();
        }
    }

    /// <summary>Time and memory begin anew: a list function has its next row.</summary>
    public void RestartLimits()
    {
        _clock.Restart();
        _memory.Reset();
    }

    public JsValue Evaluate(in Prepared<Script> script) => Engine.Evaluate(script);

    public JsValue Parse(ReadOnlySpan<byte> json) => Parser.Parse(json);

    /// <summary>Writes a value as JSON in UTF-8; <c>null</c> where it has none.</summary>
    public void Write(JsValue value, PooledBuffer output, int limit)
    {
        if (!_writer.Write(value, output, limit))
        {
            System.Buffers.BuffersExtensions.Write(output, "null"u8);
        }
    }

    /// <summary>A value as JSON in UTF-8; <c>null</c> where it has none.</summary>
    public byte[] ToJson(JsValue value)
    {
        using var buffer = new PooledBuffer();
        Write(value, buffer, Limits.Output);
        return buffer.WrittenSpan.ToArray();
    }

    private static Exception Translate(Exception e) => e switch
    {
        OperationCanceledException => e,
        TimeoutException or RegexMatchTimeoutException => ScriptException.TimedOut(),
        MemoryLimitExceededException or OutOfMemoryException or OverflowException => new ScriptException("InternalError", "out of memory"),
        RecursionDepthOverflowException or InsufficientExecutionStackException => new ScriptException("InternalError", "stack overflow"),
        _ => new ScriptException("InternalError", e.Message),
    };

    private void Lock(ClrFunction function)
    {
        if (!SingleUse)
        {
            foreach (var key in function.GetOwnPropertyKeys(Types.String | Types.Symbol))
            {
                function.DefineOwnProperty(key, new PropertyDescriptor { Configurable = false, Writable = false });
            }
            function.PreventExtensions();
        }
    }

    private void RestoreHelpers()
    {
        foreach (var (name, value) in _helpers)
        {
            if (!ReferenceEquals(Engine.Global.GetOwnProperty(name).Value, value))
            {
                Engine.Global.DefineOwnProperty(
                    name,
                    new PropertyDescriptor(value, PropertyFlag.ConfigurableEnumerableWritable));
            }
        }
    }
}
