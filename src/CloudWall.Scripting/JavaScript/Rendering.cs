using System.Text;
using CloudWall.Scripting.DesignDocuments;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>What <c>start</c>, <c>send</c>, <c>getRow</c>, <c>provides</c> and <c>registerType</c> do while a show or list function runs.</summary>
internal sealed class Rendering
{
    private static readonly string[] Names = ["provides", "registerType", "start", "send", "getRow"];

    private readonly Sandbox _sandbox;
    private readonly List<(string Type, JsValue Function)> _provided = [];
    private readonly StringBuilder _chunks = new();
    private MimeRegistry _types = new();
    private JsValue _start = JsValue.Undefined;
    private ListExchange? _exchange;
    private string? _contentType;
    private bool _gotRow;
    private bool _lastRow;

    public Rendering(Sandbox sandbox)
    {
        _sandbox = sandbox;
        sandbox.AddHelper("provides", arguments =>
        {
            _provided.Add((Text(arguments, 0), Argument(arguments, 1)));
            return JsValue.Undefined;
        }, 2);
        sandbox.AddHelper("registerType", arguments =>
        {
            _types.Register(Text(arguments, 0), [.. arguments.Skip(1).Select(type => TypeConverter.ToString(type))]);
            return JsValue.Undefined;
        });
        sandbox.AddHelper("start", arguments =>
        {
            _start = TypeConverter.ToBoolean(Argument(arguments, 0)) ? arguments[0] : JsValue.Undefined;
            return JsValue.Undefined;
        }, 1);
        sandbox.AddHelper("send", Send, 1);
        sandbox.AddHelper("getRow", _ => GetRow());
    }

    /// <summary>Text that was sent and has not gone out.</summary>
    public string Chunks => _chunks.ToString();

    /// <summary>What <c>start()</c> was given.</summary>
    public JsValue Started => _start;

    /// <summary>Whether <c>provides()</c> was called.</summary>
    public bool ProvidesUsed => _provided.Count > 0;

    /// <summary>The functions for places where they have no meaning: they are there, and do nothing.</summary>
    public static void InstallUnavailable(Sandbox sandbox)
    {
        foreach (var name in Names)
        {
            sandbox.AddHelper(name, static _ => JsValue.Undefined);
        }
    }

    /// <summary>Forgets the last call.</summary>
    public void Reset(ListExchange? exchange)
    {
        _exchange = exchange;
        _provided.Clear();
        _types = new MimeRegistry();
        _contentType = null;
        Clear();
    }

    public void Clear()
    {
        _chunks.Clear();
        _start = JsValue.Undefined;
        _gotRow = _lastRow = false;
    }

    /// <summary>Ends a list: what is left goes out.</summary>
    public void Finish(JsValue tail)
    {
        if (!_gotRow)
        {
            GetRow();
        }

        // An object is no text: CouchDB sends nothing of it.
        if (!tail.IsUndefined() && tail is not ObjectInstance)
        {
            Append(TypeConverter.ToString(tail));
        }
        Flush();
    }

    /// <summary>Runs the function that suits the request best of those that <c>provides()</c> named.</summary>
    public JsValue RunProvided(JsValue request, JsValue designDocument)
    {
        var accept = JsValue.Undefined;
        if (request is ObjectInstance instance)
        {
            accept = instance.Get("headers") is ObjectInstance headers ? headers.Get("Accept") : throw Error("TypeError", "no headers");
        }

        var key = request is ObjectInstance r && r.Get("query") is ObjectInstance query && query.Get("format") is { } format
            && TypeConverter.ToBoolean(format) ? TypeConverter.ToString(format) : null;
        if (key is not null)
        {
            _contentType = FirstType(key);
        }
        else if (TypeConverter.ToBoolean(accept))
        {
            _provided.Reverse();
            var supported = _provided.SelectMany(p => _types.TypesOf(p.Type) ?? []).ToList();
            _contentType = MediaTypes.Best(supported, TypeConverter.ToString(accept));
            key = _types.KeyOf(_contentType);
        }
        else
        {
            key = _provided[0].Type;
            _contentType = FirstType(key);
        }

        foreach (var (type, function) in _provided)
        {
            if (type == key)
            {
                return _sandbox.Engine.Call(function, designDocument, []);
            }
        }

        var offered = string.Join(", ", _provided.Select(p => string.Join(", ", _types.TypesOf(p.Type) ?? [p.Type])));
        var asked = TypeConverter.ToBoolean(accept) ? TypeConverter.ToString(accept) : key;
        throw Error("not_acceptable", $"Content-Type {asked} not supported, try one of: {offered}");
    }

    /// <summary>Gives an answer the media type that was chosen, unless it has one.</summary>
    public void ApplyContentType(ObjectInstance response)
    {
        if (!TypeConverter.ToBoolean(response.Get("headers")))
        {
            response.Set("headers", new JsObject(_sandbox.Engine));
        }
        if (_contentType is { Length: > 0 } type && response.Get("headers") is ObjectInstance headers
            && !TypeConverter.ToBoolean(headers.Get("Content-Type")))
        {
            headers.Set("Content-Type", new JsString(type));
        }
    }

    private static JsValue Argument(JsValue[] arguments, int index) => index < arguments.Length ? arguments[index] : JsValue.Undefined;

    private static string Text(JsValue[] arguments, int index) => TypeConverter.ToString(Argument(arguments, index));

    private string FirstType(string key) =>
        _types.TypesOf(key) is [var first, ..] ? first : throw Error("TypeError", "cannot read property of undefined");

    private JavaScriptException Error(string error, string reason) => error == "TypeError"
        ? new JavaScriptException(_sandbox.Engine.Intrinsics.TypeError, reason)
        : new JavaScriptException(
            new JsArray(_sandbox.Engine, [new JsString("error"), new JsString(error), new JsString(reason)]));

    private JsValue Send(JsValue[] arguments)
    {
        var chunk = Argument(arguments, 0);
        if (chunk.IsUndefined() || chunk.IsNull())
        {
            throw Error("TypeError", $"cannot read property 'toString' of {chunk}");
        }
        Append(TypeConverter.ToString(chunk));
        return JsValue.Undefined;
    }

    private void Append(string text)
    {
        if (_chunks.Length + (long)text.Length > _sandbox.Limits.Output)
        {
            throw new ScriptException("InternalError", "out of memory");
        }
        _chunks.Append(text);
    }

    private JsValue GetRow()
    {
        if (_lastRow || _exchange is not { } exchange)
        {
            return JsValue.Null;
        }
        if (!_gotRow)
        {
            _gotRow = true;
            var response = _start as ObjectInstance ?? new JsObject(_sandbox.Engine);
            ApplyContentType(response);
            exchange.Start(_sandbox.ToJson(response));
        }

        Flush();
        var any = exchange.TryGetRow(out var row);
        _sandbox.RestartLimits();
        if (any)
        {
            return _sandbox.Parse(row.Span);
        }
        _lastRow = true;
        return JsValue.Null;
    }

    private void Flush()
    {
        if (_chunks.Length > 0)
        {
            _exchange?.Send(Encoding.UTF8.GetBytes(_chunks.ToString()));
            _chunks.Clear();
        }
    }
}
