using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;

namespace CloudWall.Scripting.JavaScript;

/// <summary>The functions that CouchDB puts beside the code of every design document.</summary>
internal static class HelperFunctions
{
    /// <summary>Adds <c>sum</c>, <c>log</c>, <c>toJSON</c> and <c>isArray</c>.</summary>
    public static void Install(Sandbox sandbox, Action<string> log)
    {
        var json = (ObjectInstance)sandbox.Engine.Global.Get("JSON");
        sandbox.AddGlobal("toJSON", json.Get("stringify"));
        sandbox.AddHelper("isArray", arguments => arguments.Length > 0 && arguments[0].IsArray() ? JsBoolean.True : JsBoolean.False, 1);
        sandbox.AddHelper("log", arguments =>
        {
            log(LogText(sandbox, arguments.Length > 0 ? arguments[0] : JsValue.Undefined));
            return JsValue.Undefined;
        }, 1);
        sandbox.AddGlobal("sum", sandbox.Evaluate(Sum));
    }

    /// <summary>An error as an object that can be made JSON; anything else as it is.</summary>
    public static JsValue ErrorToJson(Engine engine, JsValue value)
    {
        if (value is not JsError error)
        {
            return value;
        }

        var plain = new JsObject(engine);
        plain.Set("error", error.Get("name"));
        plain.Set("message", error.Get("message"));
        return plain;
    }

    private static readonly Prepared<Acornima.Ast.Script> Sum = Engine.PrepareScript(
        "(function sum(values) { var total = 0; for (var i in values) { total += values[i]; } return total; })");

    private static string LogText(Sandbox sandbox, JsValue message) => message switch
    {
        JsString text => text.ToString(),
        _ when message.IsUndefined() || message.IsCallable() => "undefined",
        _ => Encoding.UTF8.GetString(sandbox.ToJson(ErrorToJson(sandbox.Engine, message))),
    };
}
