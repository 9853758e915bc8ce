using System.Runtime.CompilerServices;
using System.Text;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Puts our own in the place of functions of the language that would get past the limits.</summary>
internal static class BoundedEvaluation
{
    public static void Install(Sandbox sandbox)
    {
        var engine = sandbox.Engine;
        var json = (ObjectInstance)engine.Global.Get("JSON");
        json.DefineOwnProperty("stringify", Property(new ClrFunction(engine, "stringify", (_, arguments) => Stringify(sandbox, arguments), 3)));

        // The engine does not count an eval that calls itself, which takes the whole process down. This one is an indirect eval: it sees
        // global variables, not those of the function that it is called in.
        var eval = engine.Global.Get("eval");
        engine.Global.DefineOwnProperty("eval", Property(new ClrFunction(engine, "eval", (_, arguments) =>
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            return engine.Call(eval, JsValue.Undefined, arguments);
        }, 1)));
    }

    private static JsValue Stringify(Sandbox sandbox, JsValue[] arguments)
    {
        var format = JsonFormat.Of(arguments.Length > 1 ? arguments[1] : JsValue.Undefined, arguments.Length > 2 ? arguments[2] : JsValue.Undefined);
        using var buffer = new PooledBuffer();
        return new JsonWriter(sandbox, escapesHalves: true).Write(arguments.Length > 0 ? arguments[0] : JsValue.Undefined, buffer, sandbox.Limits.StringLength, format)
            ? new JsString(Encoding.UTF8.GetString(buffer.WrittenSpan))
            : JsValue.Undefined;
    }

    private static PropertyDescriptor Property(JsValue value) => new(value, PropertyFlag.NonEnumerable);
}
