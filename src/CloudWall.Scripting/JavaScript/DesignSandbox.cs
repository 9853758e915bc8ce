using CloudWall.Scripting.DesignDocuments;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>An engine with a design document in it, whose functions are compiled as they are called.</summary>
internal sealed class DesignSandbox
{
    private readonly Dictionary<string, JsValue> _functions = new(StringComparer.Ordinal);
    private readonly Action<string> _log;
    private readonly Rendering _rendering;
    private bool _emitted;

    public DesignSandbox(ReadOnlyMemory<byte> document, Sandbox sandbox, Action<string> log)
    {
        Sandbox = sandbox;
        _log = log;
        Document = (ObjectInstance)sandbox.Parse(document.Span);
        HelperFunctions.Install(sandbox, log);
        sandbox.AddHelper("emit", _ =>
        {
            _emitted = true;
            return JsValue.Undefined;
        }, 2);
        _rendering = new Rendering(sandbox);
        Modules.Install(sandbox, Document);
    }

    public Sandbox Sandbox { get; }

    /// <summary>What <c>this</c> is.</summary>
    public ObjectInstance Document { get; }

    /// <summary>A function of the document, compiled.</summary>
    /// <exception cref="ScriptException"><c>not_found</c> or <c>compilation_error</c>.</exception>
    public JsValue Function(string[] path)
    {
        var key = string.Join('\0', path);
        if (_functions.TryGetValue(key, out var known))
        {
            return known;
        }

        JsValue place = Document;
        foreach (var step in path)
        {
            place = place is ObjectInstance instance && instance.HasOwnProperty(step) ? instance.Get(step) : throw ScriptException.Missing(step);
        }

        try
        {
            return _functions[key] = new CompiledSource(TypeConverter.ToString(place), Sandbox.Limits).LoadInside(Sandbox);
        }
        catch (JavaScriptException e)
        {
            throw ScriptException.Compilation($"{ThrownValue.Describe(e.Error)} ({place})");
        }
    }

    /// <summary>Lets go of what the last call left.</summary>
    public void End() => _rendering.Reset(null);

    public bool Filter(JsValue function, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request) =>
        TypeConverter.ToBoolean(Sandbox.Engine.Call(function, Document, [Sandbox.Parse(document.Span), ParseOrNull(request)]));

    public bool FilterByView(JsValue function, ReadOnlyMemory<byte> document)
    {
        _emitted = false;
        Sandbox.Engine.Call(function, JsValue.Undefined, [Sandbox.Parse(document.Span)]);
        return _emitted;
    }

    public ReadOnlyMemory<byte> Show(JsValue function, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request)
    {
        _rendering.Reset(null);
        var (doc, req) = (ParseOrNull(document), ParseOrNull(request));
        try
        {
            return Sandbox.ToJson(Render(function, doc, req));
        }
        catch (JavaScriptException e)
        {
            // CouchDB looks at nothing else when the path names a document that does not exist.
            throw doc.IsNull() && req is ObjectInstance r && r.Get("path") is JsArray { Length: > 5 }
                ? new ScriptException("not_found", "document not found")
                : ThrownValue.Rendering(Sandbox, e.Error, "render_error", _log);
        }
    }

    public UpdateResult Update(JsValue function, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> request)
    {
        _rendering.Reset(null);
        var req = ParseOrNull(request);
        if (req is ObjectInstance r && r.Get("method") is JsString method && method.ToString() == "GET")
        {
            throw new ScriptException("method_not_allowed", "Update functions do not allow GET");
        }

        try
        {
            var result = Sandbox.Engine.Call(function, Document, [ParseOrNull(document), req]);
            var response = At(result, 1);
            return response is JsString || (response is ObjectInstance && !response.IsArray() && !response.IsCallable())
                ? new UpdateResult(Sandbox.ToJson(At(result, 0)), Sandbox.ToJson(Wrap(response)))
                : throw new ScriptException("render_error", "undefined response from update function");
        }
        catch (JavaScriptException e)
        {
            throw ThrownValue.Rendering(Sandbox, e.Error, "render_error", _log);
        }
    }

    public void List(JsValue function, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> request, ListExchange exchange)
    {
        _rendering.Reset(exchange);
        var req = ParseOrNull(request);
        try
        {
            var tail = Sandbox.Engine.Call(function, Document, [ParseOrNull(head), req]);
            if (_rendering.ProvidesUsed)
            {
                tail = _rendering.RunProvided(req, Document);
            }
            _rendering.Finish(tail);
        }
        catch (JavaScriptException e)
        {
            throw ThrownValue.Rendering(Sandbox, e.Error, "render_error", _log);
        }
    }

    public ReadOnlyMemory<byte>? Rewrite(JsValue function, ReadOnlyMemory<byte> request)
    {
        var req = ParseOrNull(request);
        try
        {
            var result = Sandbox.Engine.Call(function, Document, [req]);
            if (!TypeConverter.ToBoolean(result))
            {
                return null;
            }
            if (result is JsString)
            {
                var target = new JsObject(Sandbox.Engine);
                target.Set("path", result);
                target.Set("method", req is ObjectInstance r ? r.Get("method") : JsValue.Undefined);
                result = target;
            }
            return Sandbox.ToJson(result);
        }
        catch (JavaScriptException e)
        {
            throw ThrownValue.Rendering(Sandbox, e.Error, "rewrite_error", _log);
        }
    }

    private JsValue ParseOrNull(ReadOnlyMemory<byte> json) => json.IsEmpty ? JsValue.Null : Sandbox.Parse(json.Span);

    private JsValue Wrap(JsValue response)
    {
        if (response is not JsString)
        {
            return response;
        }

        var wrapped = new JsObject(Sandbox.Engine);
        wrapped.Set("body", response);
        return wrapped;
    }

    private JsValue Render(JsValue function, JsValue document, JsValue request)
    {
        var result = Sandbox.Engine.Call(function, Document, [document, request]);
        var response = Wrap(TypeConverter.ToBoolean(result) ? result : new JsObject(Sandbox.Engine));
        if (_rendering.Chunks is { Length: > 0 } chunks && response is ObjectInstance streamed)
        {
            if (!TypeConverter.ToBoolean(streamed.Get("headers")))
            {
                streamed.Set("headers", new JsObject(Sandbox.Engine));
            }
            if (_rendering.Started is ObjectInstance start && streamed.Get("headers") is ObjectInstance headers)
            {
                foreach (var key in start.GetOwnPropertyKeys(Types.String))
                {
                    headers.Set(key, start.Get(key));
                }
            }
            streamed.Set("body", new JsString(chunks + Body(streamed)));
            _rendering.Clear();
        }

        if (_rendering.ProvidesUsed)
        {
            var provided = _rendering.RunProvided(request, Document);
            provided = Wrap(TypeConverter.ToBoolean(provided) ? provided : new JsObject(Sandbox.Engine));
            if (response is ObjectInstance answer)
            {
                answer.Set("body", new JsString(Body(answer) + _rendering.Chunks + (provided is ObjectInstance p ? Body(p) : "")));
                _rendering.ApplyContentType(answer);
            }
            _rendering.Clear();
        }

        return response is ObjectInstance && !response.IsArray() && !response.IsCallable()
            ? response
            : throw new ScriptException("render_error", "undefined response from show function");
    }

    private JsValue At(JsValue list, int index) => list switch
    {
        ObjectInstance instance => instance.Get(JsNumber.Create(index)),
        JsString text => index < text.Length ? new JsString(text[index]) : JsValue.Undefined,
        _ when list.IsUndefined() || list.IsNull() =>
            throw new JavaScriptException(Sandbox.Engine.Intrinsics.TypeError, $"cannot read property '{index}' of {list}"),
        _ => JsValue.Undefined,
    };

    private static string Body(ObjectInstance response) =>
        response.Get("body") is { } body && TypeConverter.ToBoolean(body) ? TypeConverter.ToString(body) : "";
}
