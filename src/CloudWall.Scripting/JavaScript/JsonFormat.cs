using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>The second and third argument of <c>JSON.stringify</c>.</summary>
/// <param name="Replacer">A function that is given each value.</param>
/// <param name="Keys">The members to be written, in that order.</param>
/// <param name="Indent">What each level is moved in by; empty for one line.</param>
internal sealed record JsonFormat(JsValue? Replacer, List<JsValue>? Keys, string Indent)
{
    public static JsonFormat Plain { get; } = new(null, null, "");

    public static JsonFormat Of(JsValue replacer, JsValue space)
    {
        if (replacer.IsUndefined() && space.IsUndefined())
        {
            return Plain;
        }

        var indent = space switch
        {
            JsNumber number => new string(' ', (int)Math.Clamp(number.AsNumber() is var n && double.IsNaN(n) ? 0 : n, 0, 10)),
            JsString text => text.ToString() is { Length: > 10 } long10 ? long10[..10] : text.ToString(),
            _ => "",
        };
        return new JsonFormat(replacer.IsCallable() ? replacer : null, replacer is JsArray list ? Names(list) : null, indent);
    }

    private static List<JsValue> Names(JsArray list)
    {
        var names = new List<JsValue>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (uint i = 0; i < list.Length; i++)
        {
            if (((ObjectInstance)list).Get(JsNumber.Create((double)i)) is var name && name is JsString or JsNumber
                && seen.Add(TypeConverter.ToString(name)))
            {
                names.Add(new JsString(TypeConverter.ToString(name)));
            }
        }
        return names;
    }
}
