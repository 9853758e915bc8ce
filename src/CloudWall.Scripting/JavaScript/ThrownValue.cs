using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Reads what a function threw, as CouchDB's query server does (<c>share/server/loop.js</c>, <c>render.js</c>, <c>views.js</c>).</summary>
internal static class ThrownValue
{
    /// <summary>An error as text: its <c>toString()</c>.</summary>
    public static string Describe(JsValue thrown)
    {
        try
        {
            return thrown is JsSymbol ? "Symbol()" : TypeConverter.ToString(thrown);
        }
        catch (JavaScriptException)
        {
            return "an object that cannot be described";
        }
    }

    /// <summary>The pair that a function names by throwing <c>["error", error, reason]</c> or <c>["fatal", error, reason]</c>.</summary>
    public static ScriptException? Named(Sandbox sandbox, JsValue thrown, string? onlyTag = null)
    {
        if (thrown is not JsArray { Length: > 0 } list || list[0] is not JsString tag)
        {
            return null;
        }
        var text = tag.ToString();
        if (text is not ("error" or "fatal") || (onlyTag is not null && text != onlyTag))
        {
            return null;
        }

        var error = list.Length > 1 ? Describe(list[1]) : "unnamed_error";
        return new ScriptException(error, list.Length > 2 ? Json(sandbox, list[2]) : "null"u8.ToArray());
    }

    /// <summary>The pair of an object with <c>error</c> and <c>reason</c>.</summary>
    public static ScriptException? Described(Sandbox sandbox, JsValue thrown)
    {
        if (thrown is not ObjectInstance instance)
        {
            return null;
        }

        var error = Member(instance, "error");
        var reason = Member(instance, "reason");
        return TypeConverter.ToBoolean(error) && TypeConverter.ToBoolean(reason)
            ? new ScriptException(Describe(error), Json(sandbox, reason))
            : null;
    }

    /// <summary>What becomes of an error that nobody on the way has taken care of.</summary>
    public static ScriptException Unhandled(Sandbox sandbox, JsValue thrown)
    {
        if ((Named(sandbox, thrown) ?? Described(sandbox, thrown)) is { } pair)
        {
            return pair;
        }
        if (thrown is ObjectInstance instance && Member(instance, "name") is { } name && TypeConverter.ToBoolean(name))
        {
            return new ScriptException(Describe(name), Describe(thrown));
        }
        return new ScriptException("unnamed_error", Describe(thrown));
    }

    /// <summary>An error of a show, list, update or rewrite function.</summary>
    public static ScriptException Rendering(Sandbox sandbox, JsValue thrown, string error, Action<string> log)
    {
        if ((Described(sandbox, thrown) ?? Named(sandbox, thrown)) is { } pair)
        {
            return pair;
        }

        var stack = thrown is ObjectInstance instance ? Describe(Member(instance, "stack")) : "undefined";
        var message = $"function raised error: {Describe(thrown)} \nstacktrace: {stack}";
        log(message);
        return new ScriptException(error, message);
    }

    /// <summary>A member, or undefined where reading it throws.</summary>
    public static JsValue Member(ObjectInstance instance, string name)
    {
        try
        {
            return instance.Get(name);
        }
        catch (JavaScriptException)
        {
            return JsValue.Undefined;
        }
    }

    private static byte[] Json(Sandbox sandbox, JsValue value)
    {
        try
        {
            return sandbox.ToJson(value);
        }
        catch (JavaScriptException)
        {
            return "null"u8.ToArray();
        }
    }
}
