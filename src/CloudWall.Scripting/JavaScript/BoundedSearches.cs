using Jint;
using Jint.Native;
using Jint.Native.Error;
using Jint.Native.Object;
using Jint.Native.Symbol;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Puts a bound on methods that look for one string in another: that is one step, in which no limit is looked at, and takes in the worst case
/// as long as both lengths multiplied, which are minutes for a few million characters.
/// </summary>
internal static class BoundedSearches
{
    /// <summary>Characters compared, at most: about a second's.</summary>
    private const double MaxComparisons = 1L << 34;

    public static void Install(Engine engine)
    {
        var range = (ErrorConstructor)engine.Global.Get("RangeError");
        var strings = (ObjectInstance)((ObjectInstance)engine.Global.Get("String")).Get("prototype");
        Replace("indexOf", 1, null);
        Replace("lastIndexOf", 1, null);
        Replace("includes", 1, null);
        Replace("split", 2, GlobalSymbolRegistry.Split);
        Replace("replace", 2, GlobalSymbolRegistry.Replace);
        Replace("replaceAll", 2, GlobalSymbolRegistry.Replace);

        void Replace(string name, int length, JsSymbol? method)
        {
            var original = strings.Get(name);
            strings.DefineOwnProperty(
                name,
                new PropertyDescriptor(
                    new ClrFunction(engine, name, (self, arguments) => Call(original, method, self, arguments), length), PropertyFlag.NonEnumerable));
        }

        JsValue Call(JsValue original, JsSymbol? method, JsValue self, JsValue[] arguments)
        {
            if (self.IsUndefined() || self.IsNull() || arguments.Length == 0 || arguments[0] is JsRegExp || !(arguments[0].IsString() || arguments[0].IsObject()))
            {
                return engine.Call(original, self, arguments);
            }

            if (method is not null && arguments[0] is ObjectInstance pattern && pattern.Get(method) is var own && !own.IsUndefined() && !own.IsNull())
            {
                return engine.Call(own, pattern, [self, arguments.At(1)]);
            }

            // What is converted once must not be converted again: it could be another value the second time.
            var text = self as JsString ?? new JsString(TypeConverter.ToString(self));
            var sought = arguments[0] as JsString ?? new JsString(TypeConverter.ToString(arguments[0]));
            return (double)text.Length * sought.Length > MaxComparisons
                ? throw new JavaScriptException(range, "string to look for is too long")
                : engine.Call(original, text, [sought, .. arguments[1..]]);
        }
    }
}
