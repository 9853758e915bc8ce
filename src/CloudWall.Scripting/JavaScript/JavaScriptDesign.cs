using System.Text.Json;
using CloudWall.Scripting.DesignDocuments;
using Jint.Native;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>The functions of a design document other than its views, in JavaScript.</summary>
internal sealed class JavaScriptDesign : DesignFunctions
{
    private readonly SandboxPool<DesignSandbox> _pool;

    public JavaScriptDesign(string scope, DesignSource source, ScriptHostOptions options)
    {
        List<string> texts;
        try
        {
            texts = JsonStrings.In(source.Document);
            HasValidation = HasMember(source.Document.Span, "validate_doc_update"u8);
        }
        catch (JsonException e)
        {
            throw new ScriptException(e.Message, e);
        }

        var mode = CompiledSource.ModeOf(texts);
        _pool = new SandboxPool<DesignSandbox>(
            () => new DesignSandbox(
                source.Document, new Sandbox(options.Limits, options.Time, mode), text => options.Log(new ScriptLogEntry(scope, text))),
            used => used.Sandbox,
            options.EnginesKept);
    }

    public override bool HasValidation { get; }

    public override void ReleaseIdle() => _pool.Clear();

    public override bool[] Filter(
        string name, IReadOnlyList<ReadOnlyMemory<byte>> documents, ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Ask(documents, ["filters", name], (engine, function, document) => engine.Filter(function, document, request), cancellation);

    public override bool[] FilterByView(
        string view, IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellation = default) =>
        Ask(documents, ["views", view, "map"], static (engine, function, document) => engine.FilterByView(function, document), cancellation);

    public override void Validate(in ValidationArguments arguments, CancellationToken cancellation = default)
    {
        var given = arguments;
        Run(["validate_doc_update"], (engine, function) => Validation.Run(engine, function, given), cancellation);
    }

    public override ReadOnlyMemory<byte> Show(
        string name, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Run(["shows", name], (engine, function) => engine.Show(function, document, request), cancellation);

    public override UpdateResult Update(
        string name, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Run(["updates", name], (engine, function) => engine.Update(function, document, request), cancellation);

    public override void List(
        string name, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> request, ListExchange exchange, CancellationToken cancellation = default) =>
        Run(
            ["lists", name],
            (engine, function) =>
            {
                engine.List(function, head, request, exchange);
                return true;
            },
            cancellation);

    public override ReadOnlyMemory<byte>? Rewrite(ReadOnlyMemory<byte> request, CancellationToken cancellation = default) =>
        Run(["rewrites"], (engine, function) => engine.Rewrite(function, request), cancellation);

    private static bool HasMember(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 10_000 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ScriptException("compilation_error", "a design document is an object");
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }
            reader.Read();
            reader.Skip();
        }
        return false;
    }

    // A document at a time, each with limits of its own; where code extends the language, each with an engine of its own.
    private bool[] Ask(
        IReadOnlyList<ReadOnlyMemory<byte>> documents,
        string[] path,
        Func<DesignSandbox, JsValue, ReadOnlyMemory<byte>, bool> ask,
        CancellationToken cancellation)
    {
        var answers = new bool[documents.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var document = documents[i];
            answers[i] = Run(path, (engine, function) => ask(engine, function, document), cancellation);
        }
        return answers;
    }

    private T Run<T>(string[] path, Func<DesignSandbox, JsValue, T> body, CancellationToken cancellation)
    {
        var engine = _pool.Rent();
        try
        {
            var result = default(T)!;
            engine.Sandbox.Run(
                () =>
                {
                    result = body(engine, engine.Function(path));
                    return JsValue.Undefined;
                },
                cancellation);
            return result;
        }
        catch (JavaScriptException e)
        {
            throw ThrownValue.Unhandled(engine.Sandbox, e.Error);
        }
        finally
        {
            engine.End();
            _pool.Return(engine);
        }
    }
}
