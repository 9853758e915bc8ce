using Jint;
using Jint.Native;
using Jint.Native.Error;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Puts a bound on methods that make one large string in a single step, in which no limit is looked at: an engine would take a gigabyte for
/// <c>'x'.repeat(5e8)</c> before anybody could say no. The same goes for <c>flat(Infinity)</c> and the stack.
/// </summary>
internal static class BoundedStrings
{
    private const int MaxFlatDepth = 500;

    public static void Install(Engine engine, int limit)
    {
        var range = (ErrorConstructor)engine.Global.Get("RangeError");
        var strings = (ObjectInstance)((ObjectInstance)engine.Global.Get("String")).Get("prototype");
        var arrays = (ObjectInstance)((ObjectInstance)engine.Global.Get("Array")).Get("prototype");
        Replace(strings, "repeat", 1, (text, arguments) => text.Length * Number(arguments, 0));
        Replace(strings, "padStart", 2, (_, arguments) => Number(arguments, 0));
        Replace(strings, "padEnd", 2, (_, arguments) => Number(arguments, 0));

        var join = arrays.Get("join");
        arrays.DefineOwnProperty("join", Property(new ClrFunction(engine, "join", (self, arguments) =>
        {
            var separator = arguments.Length > 0 && !arguments[0].IsUndefined() ? TypeConverter.ToString(arguments[0]) : ",";
            if (self is ObjectInstance list && TypeConverter.ToNumber(list.Get("length")) * separator.Length > limit)
            {
                throw TooLong(range);
            }
            return engine.Call(join, self, [new JsString(separator)]);
        }, 1)));

        // It calls itself for each level, uncounted.
        var flat = arrays.Get("flat");
        arrays.DefineOwnProperty("flat", Property(new ClrFunction(engine, "flat", (self, arguments) =>
        {
            var depth = arguments.Length > 0 && !arguments[0].IsUndefined() ? TypeConverter.ToIntegerOrInfinity(arguments[0]) : 1;
            return engine.Call(flat, self, [JsNumber.Create(Math.Min(depth, MaxFlatDepth))]);
        })));

        void Replace(ObjectInstance prototype, string name, int length, Func<JsString, JsValue[], double> size)
        {
            var original = prototype.Get(name);
            prototype.DefineOwnProperty(name, Property(new ClrFunction(engine, name, (self, arguments) =>
            {
                if (self.IsUndefined() || self.IsNull())
                {
                    return engine.Call(original, self, arguments);
                }

                // What is converted once must not be converted again: it could be another value the second time.
                var text = self as JsString ?? new JsString(TypeConverter.ToString(self));
                JsValue[] converted = [.. arguments];
                if (converted.Length > 0)
                {
                    converted[0] = JsNumber.Create(TypeConverter.ToNumber(converted[0]));
                }
                return size(text, converted) > limit ? throw TooLong(range) : engine.Call(original, text, converted);
            }, length)));
        }
    }

    private static double Number(JsValue[] arguments, int index) =>
        arguments.Length > index && arguments[index] is JsNumber number ? number.AsNumber() : 0;

    private static PropertyDescriptor Property(JsValue value) => new(value, PropertyFlag.NonEnumerable);

    private static JavaScriptException TooLong(ErrorConstructor range) => new(range, "invalid string length");
}
