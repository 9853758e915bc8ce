using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// <c>require()</c>: CommonJS modules that are strings in a design document, and nothing else. As in CouchDB, a module that is required
/// while it runs is an empty object to those who ask, and <c>module</c> has <c>current</c>, <c>parent</c>, <c>id</c> and <c>exports</c>.
/// </summary>
internal sealed class Modules
{
    private readonly Sandbox _sandbox;
    private readonly ObjectInstance _root;
    private readonly Dictionary<string, JsValue> _cache = new(StringComparer.Ordinal);

    private Modules(Sandbox sandbox, ObjectInstance root)
    {
        _sandbox = sandbox;
        _root = root;
    }

    /// <summary>Adds <c>require</c>, for modules below the object given.</summary>
    public static void Install(Sandbox sandbox, ObjectInstance root)
    {
        var modules = new Modules(sandbox, root);
        sandbox.AddHelper("require", arguments => modules.Require(arguments, null), 1);
    }

    private JsValue Require(JsValue[] arguments, Place? from)
    {
        var name = TypeConverter.ToString(arguments.Length > 0 ? arguments[0] : JsValue.Undefined);
        var place = Resolve(name, from);
        var id = place.Id ?? "";
        if (_cache.TryGetValue(id, out var known))
        {
            return known;
        }

        // Stands in for the module while it runs, so that a circle ends.
        _cache[id] = new JsObject(_sandbox.Engine);
        var module = ToObject(place);
        var exports = new JsObject(_sandbox.Engine);
        module.Set("exports", exports);
        try
        {
            var function = _sandbox.Evaluate(SourceText.PrepareModule(place.Current.ToString(), _sandbox.Limits));
            var require = new ClrFunction(_sandbox.Engine, "require", (_, inner) => Require(inner, place), 1);
            _sandbox.Engine.Call(function, _sandbox.Engine.Global, [module, exports, require]);
        }
        catch (JavaScriptException e)
        {
            _cache.Remove(id);
            throw Error("compilation_error", $"Module require('{name}') raised error {ThrownValue.Describe(e.Error)}");
        }
        catch (ScriptPreparationException e)
        {
            _cache.Remove(id);
            throw Error("compilation_error", $"Module require('{name}') raised error SyntaxError: {SourceText.Explain(e)}");
        }

        return _cache[id] = module.Get("exports");
    }

    private Place Resolve(string name, Place? from)
    {
        var place = from?.Parent;
        var absolute = true;
        foreach (var step in name.Split('/'))
        {
            switch (step)
            {
                case "..":
                    place = place?.Parent?.Parent is { } above
                        ? new Place(place.Parent.Current, above, place.Id?[..Math.Max(0, place.Id.LastIndexOf('/'))])
                        : throw NoParent(place);
                    absolute = false;
                    break;
                case ".":
                    place = place?.Parent is null ? throw NoParent(place) : place;
                    absolute = false;
                    break;
                default:
                    place = Step(absolute ? new Place(_root, null, null) : place!, step);
                    absolute = false;
                    break;
            }
        }

        return place!.Current is JsString
            ? place
            : throw Error("invalid_require_path", "Must require a JavaScript string, not: " + TypeName(place.Current));
    }

    private Place Step(Place place, string name)
    {
        var next = place.Current is ObjectInstance instance && instance.HasOwnProperty(name) ? instance.Get(name) : JsValue.Undefined;
        return next.IsUndefined()
            ? throw Error("invalid_require_path", $"Object has no property \"{name}\". {Json(place.Current)}")
            : new Place(next, place, place.Id is null ? name : place.Id + "/" + name);
    }

    private JavaScriptException NoParent(Place? place) =>
        Error("invalid_require_path", "Object has no parent " + (place is null ? "undefined" : Json(place.Current)));

    private JsObject ToObject(Place place)
    {
        var module = new JsObject(_sandbox.Engine);
        module.Set("current", place.Current);
        module.Set("parent", place.Parent is { } parent ? ToObject(parent) : JsValue.Undefined);
        module.Set("id", place.Id is { } id ? new JsString(id) : JsValue.Undefined);
        return module;
    }

    private JavaScriptException Error(string error, string reason) =>
        new(new JsArray(_sandbox.Engine, [new JsString("error"), new JsString(error), new JsString(reason)]));

    private string Json(JsValue value) => System.Text.Encoding.UTF8.GetString(_sandbox.ToJson(value));

    private static string TypeName(JsValue value) => value switch
    {
        _ when value.IsUndefined() => "undefined",
        _ when value.IsNumber() => "number",
        _ when value.IsBoolean() => "boolean",
        _ => "object",
    };

    private sealed record Place(JsValue Current, Place? Parent, string? Id);
}
