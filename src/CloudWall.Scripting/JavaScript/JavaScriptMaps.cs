using CloudWall.Scripting.Views;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Map functions in JavaScript.</summary>
internal sealed class JavaScriptMaps : MapFunctions
{
    private readonly string _scope;
    private readonly MapSource _source;
    private readonly ScriptHostOptions _options;
    private readonly CompiledSource[] _functions;
    private readonly SandboxMode _mode;
    private readonly SandboxPool<MapSandbox> _pool;

    public JavaScriptMaps(string scope, MapSource source, ScriptHostOptions options)
    {
        _scope = scope;
        _source = source;
        _options = options;
        _functions = [.. source.Functions.Select(text => new CompiledSource(text, options.Limits))];
        _mode = CompiledSource.ModeOf([.. source.Functions, .. JsonStrings.In(source.Library)]);
        _pool = new SandboxPool<MapSandbox>(Create, used => used.Sandbox, options.EnginesKept);

        // What does not compile is refused now, not at the first document.
        _pool.Return(Create());
    }

    public override int Count => _functions.Length;

    public override void ReleaseIdle() => _pool.Clear();

    public override MapResults Map(IReadOnlyList<ReadOnlyMemory<byte>> documents, CancellationToken cancellation = default)
    {
        var results = new MapResults();
        var engine = _pool.Rent();
        try
        {
            for (var i = 0; i < documents.Count; i++)
            {
                if (i > 0 && engine.Sandbox.SingleUse)
                {
                    engine = Create();
                }
                engine.Map(i, documents[i], results, cancellation);
            }

            _pool.Return(engine);
            return results;
        }
        catch
        {
            results.Dispose();
            throw;
        }
    }

    private MapSandbox Create() =>
        new(_functions, _source.Library, new Sandbox(_options.Limits, _options.Time, _mode), text => _options.Log(new ScriptLogEntry(_scope, text)));

    /// <summary>An engine with the functions in it.</summary>
    private sealed class MapSandbox
    {
        private readonly JsValue[] _functions;
        private readonly Action<string> _log;
        private readonly List<(JsValue Key, JsValue Value)> _emitted = [];
        private readonly JsValue[] _arguments = new JsValue[1];
        private readonly Func<JsValue> _body;
        private int _document;
        private ReadOnlyMemory<byte> _json;
        private MapResults? _results;

        public MapSandbox(CompiledSource[] functions, ReadOnlyMemory<byte> library, Sandbox sandbox, Action<string> log)
        {
            Sandbox = sandbox;
            _log = log;
            _body = MapAll;
            HelperFunctions.Install(sandbox, log);
            sandbox.AddHelper("emit", Emit, 2);
            Rendering.InstallUnavailable(sandbox);
            Modules.Install(sandbox, Root(sandbox, library));
            _functions = [.. functions.Select(function => function.Load(sandbox, default))];
        }

        public Sandbox Sandbox { get; }

        public void Map(int document, ReadOnlyMemory<byte> json, MapResults results, CancellationToken cancellation)
        {
            (_document, _json, _results) = (document, json, results);
            try
            {
                Sandbox.Run(_body, cancellation);
            }
            catch (JavaScriptException e)
            {
                throw ThrownValue.Unhandled(Sandbox, e.Error);
            }
            finally
            {
                _results = null;
                _emitted.Clear();
            }
        }

        private static JsObject Root(Sandbox sandbox, ReadOnlyMemory<byte> library)
        {
            var root = new JsObject(sandbox.Engine);
            var views = new JsObject(sandbox.Engine);
            root.Set("views", views);
            views.Set("lib", library.IsEmpty ? JsValue.Null : sandbox.Parse(library.Span));
            return root;
        }

        private JsValue Emit(JsValue[] arguments)
        {
            // A function that was kept from an earlier call has nothing to emit to.
            if (_results is not null)
            {
                var value = arguments.Length > 1 ? HelperFunctions.ErrorToJson(Sandbox.Engine, arguments[1]) : JsValue.Undefined;
                _emitted.Add((arguments.Length > 0 ? arguments[0] : JsValue.Undefined, value));
            }
            return JsValue.Undefined;
        }

        private JsValue MapAll()
        {
            var document = Sandbox.Parse(_json.Span);
            SealedJson.Seal(document);
            for (var i = 0; i < _functions.Length; i++)
            {
                var results = _results!;
                var (count, position) = (results.Count, results.Position);
                _emitted.Clear();
                try
                {
                    _arguments[0] = document;
                    Sandbox.Engine.Call(_functions[i], JsValue.Undefined, _arguments);
                    Write(i, results, position);
                }
                catch (JavaScriptException e)
                {
                    results.Rewind(count, position);
                    Skip(e.Error, document);
                }
            }
            return JsValue.Undefined;
        }

        private void Write(int function, MapResults results, int start)
        {
            foreach (var (key, value) in _emitted)
            {
                var keyStart = results.Position;
                Sandbox.Write(key, results.Text, Sandbox.Limits.Output - (keyStart - start));
                var valueStart = results.Position;
                Sandbox.Write(value, results.Text, Sandbox.Limits.Output - (valueStart - start));
                results.Add(_document, function, keyStart, valueStart);
            }
        }

        private void Skip(JsValue thrown, JsValue document)
        {
            if (thrown is JsString text && text.ToString() == "fatal_error")
            {
                throw new ScriptException("map_runtime_error", "function raised 'fatal_error'");
            }
            if (ThrownValue.Named(Sandbox, thrown, "fatal") is { } fatal)
            {
                throw fatal;
            }

            var id = document is ObjectInstance instance ? ThrownValue.Describe(ThrownValue.Member(instance, "_id")) : "undefined";
            _log($"function raised exception {ThrownValue.Describe(thrown)} with doc._id {id}");
        }
    }
}
