using System.Runtime.CompilerServices;
using System.Text;
using Acornima.Ast;
using Jint;
using Jint.Native;
using Jint.Native.Error;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Puts our own in the place of functions of the language that would get past the limits.</summary>
internal static class BoundedEvaluation
{
    // Code may say new Function, which only a function of its own language can be.
    private static readonly Prepared<Script> FunctionScript =
        Engine.PrepareScript("(function (compile) { return function Function(body) { return compile(...arguments); }; })");

    public static void Install(Sandbox sandbox)
    {
        var engine = sandbox.Engine;
        var json = (ObjectInstance)engine.Global.Get("JSON");
        json.DefineOwnProperty("stringify", Property(new ClrFunction(engine, "stringify", (_, arguments) => Stringify(sandbox, arguments), 3)));

        // The engine does not count an eval that calls itself, which takes the whole process down. This one is an indirect eval: it sees
        // global variables, not those of the function that it is called in.
        var syntaxError = (ErrorConstructor)engine.Global.Get("SyntaxError");
        var eval = engine.Global.Get("eval");
        engine.Global.DefineOwnProperty("eval", Property(new ClrFunction(
            engine, "eval", (_, arguments) => arguments is [JsString text, ..] ? Compile(eval, text.ToString(), [text.ToString()]) : arguments.At(0), 1)));

        var function = engine.Global.Get("Function");
        var prototype = (ObjectInstance)function.Get("prototype");
        var compile = new ClrFunction(engine, "compile", (_, arguments) =>
        {
            string[] texts = [.. arguments.Select(TypeConverter.ToString)];
            return Compile(function, $"(function anonymous({string.Join(',', texts.SkipLast(1))}\n) {{\n{texts.LastOrDefault()}\n}})", texts);
        });
        var checkedFunction = (ObjectInstance)engine.Call(engine.Evaluate(FunctionScript), JsValue.Undefined, [compile]);
        checkedFunction.DefineOwnProperty("prototype", new PropertyDescriptor(prototype, PropertyFlag.AllForbidden));
        prototype.DefineOwnProperty("constructor", Property(checkedFunction));
        engine.Global.DefineOwnProperty("Function", Property(checkedFunction));

        JsValue Compile(JsValue compiler, string source, string[] texts)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            if (SourceText.MayHaveBigIntegers(source))
            {
                try
                {
                    SourceText.Parse(source, sandbox.Limits);
                }
                catch (ScriptPreparationException e)
                {
                    throw new JavaScriptException(syntaxError, SourceText.Explain(e));
                }
            }

            // As they were looked at: what other values say as strings may change.
            sandbox.Host.Permit();
            return engine.Call(compiler, JsValue.Undefined, [.. texts.Select(static text => new JsString(text))]);
        }
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
