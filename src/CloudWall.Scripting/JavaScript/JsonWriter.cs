using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// <c>JSON.stringify</c> into UTF-8 (ECMA-262, SerializeJSONProperty). The engine's own looks at no limit while it works, and a few nested
/// arrays that hold each other twice are text without end. An instance writes one value at a time.
/// </summary>
/// <param name="sandbox">Whose values are written.</param>
/// <param name="escapesHalves">
/// Whether halves of characters are written as escapes, as code expects of <c>JSON.stringify</c>. What leaves the sandbox has U+FFFD in
/// their place, as in CouchDB: nobody else could read them.
/// </param>
internal sealed class JsonWriter(Sandbox sandbox, bool escapesHalves = false)
{
    private const int ChecksEvery = 256;
    private const int MaxDepth = 2000;

    private static readonly SearchValues<char> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c), '"', '\\']);

    private static readonly JsString ToJsonName = new("toJSON");

    private readonly List<ObjectInstance> _open = [];
    private readonly ObjectInstance _plain = PrototypeOf(sandbox.Engine, "Object");
    private readonly ObjectInstance _numbers = PrototypeOf(sandbox.Engine, "Number");
    private readonly ObjectInstance _strings = PrototypeOf(sandbox.Engine, "String");
    private readonly ObjectInstance _booleans = PrototypeOf(sandbox.Engine, "Boolean");
    private PooledBuffer _output = null!;
    private JsonFormat _format = JsonFormat.Plain;
    private int _limit;
    private int _values;

    /// <summary>Writes a value; says whether it has any JSON.</summary>
    /// <exception cref="JavaScriptException">A cycle, a big integer, or what a <c>toJSON</c> or getter threw.</exception>
    /// <exception cref="MemoryLimitExceededException">The text is longer than may be.</exception>
    public bool Write(JsValue value, PooledBuffer output, int limit) => Write(value, output, limit, JsonFormat.Plain);

    /// <inheritdoc cref="Write(JsValue, PooledBuffer, int)"/>
    public bool Write(JsValue value, PooledBuffer output, int limit, JsonFormat format)
    {
        _open.Clear();
        (_output, _format, _limit) = (output, format, output.WrittenCount + limit);
        return Property(null, "", value);
    }

    private bool Property(ObjectInstance? holder, string key, JsValue value)
    {
        Check();
        if (value is ObjectInstance or JsBigInt)
        {
            value = Unwrapped(key, value);
        }
        if (_format.Replacer is { } replacer)
        {
            value = sandbox.Engine.Call(replacer, holder ?? Holder(value), [new JsString(key), value]);
        }

        switch (value)
        {
            case JsString text:
                Quote(text.ToString());
                return true;
            case JsNumber number:
                Number(number.AsNumber(), number);
                return true;
            case JsBoolean flag:
                Put(TypeConverter.ToBoolean(flag) ? "true"u8 : "false"u8);
                return true;
            case JsBigInt:
                throw new JavaScriptException(sandbox.Engine.Intrinsics.TypeError, "BigInt are forbidden in JSON.stringify");
            case ObjectInstance instance when !instance.IsCallable():
                return Composite(instance);
            default:
                if (value.IsNull())
                {
                    Put("null"u8);
                    return true;
                }
                return false;
        }
    }

    private static ObjectInstance PrototypeOf(Engine engine, string constructor) =>
        (ObjectInstance)((ObjectInstance)engine.Global.Get(constructor)).Get("prototype");

    private JsValue Unwrapped(string key, JsValue value)
    {
        var toJson = value is ObjectInstance instance ? instance.Get(ToJsonName) : JsValue.Undefined;
        if (toJson.IsCallable())
        {
            value = sandbox.Engine.Call(toJson, value, [new JsString(key)]);
        }
        return value is ObjectInstance { Prototype: { } prototype } wrapper && !ReferenceEquals(prototype, _plain) ? Primitive(wrapper, prototype) : value;
    }

    // new Number(1) and its like are written as what they hold.
    private JsValue Primitive(ObjectInstance wrapper, ObjectInstance prototype)
    {
        if (ReferenceEquals(prototype, _numbers))
        {
            return JsNumber.Create(TypeConverter.ToNumber(wrapper));
        }
        if (ReferenceEquals(prototype, _strings))
        {
            return new JsString(TypeConverter.ToString(wrapper));
        }
        return ReferenceEquals(prototype, _booleans) ? sandbox.Engine.Call(wrapper.Get("valueOf"), wrapper, []) : wrapper;
    }

    private JsObject Holder(JsValue value)
    {
        var holder = new JsObject(sandbox.Engine);
        holder.Set("", value);
        return holder;
    }

    private bool Composite(ObjectInstance instance)
    {
        if (_open.Count >= MaxDepth)
        {
            throw new InsufficientExecutionStackException();
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var open in _open)
        {
            if (ReferenceEquals(open, instance))
            {
                throw new JavaScriptException(sandbox.Engine.Intrinsics.TypeError, "circular reference");
            }
        }

        _open.Add(instance);
        if (instance.IsArray())
        {
            Elements(instance);
        }
        else
        {
            Members(instance);
        }
        _open.RemoveAt(_open.Count - 1);
        return true;
    }

    private void Elements(ObjectInstance list)
    {
        Put("["u8);
        var length = list is JsArray array ? array.Length : (uint)TypeConverter.ToLength(list.Get("length"));
        for (uint i = 0; i < length; i++)
        {
            Separate(i == 0);
            var key = _format.Replacer is null && list is JsArray ? "" : i.ToString(CultureInfo.InvariantCulture);
            if (!Property(list, key, list.Get(JsNumber.Create((double)i))))
            {
                Put("null"u8);
            }
        }
        Close(length > 0, "]"u8);
    }

    private void Members(ObjectInstance instance)
    {
        Put("{"u8);
        var any = false;
        foreach (var key in _format.Keys ?? instance.GetOwnPropertyKeys(Types.String))
        {
            if (_format.Keys is null && !instance.GetOwnProperty(key).Enumerable)
            {
                continue;
            }

            var value = instance.Get(key);
            var start = _output.WrittenCount;
            Separate(!any);
            var name = key.ToString();
            Quote(name);
            Put(_format.Indent.Length > 0 ? ": "u8 : ":"u8);
            if (Property(instance, name, value))
            {
                any = true;
            }
            else
            {
                _output.Rewind(start);
            }
        }
        Close(any, "}"u8);
    }

    private void Separate(bool first)
    {
        if (!first)
        {
            Put(","u8);
        }
        NewLine(_open.Count);
    }

    private void Close(bool any, ReadOnlySpan<byte> mark)
    {
        if (any)
        {
            NewLine(_open.Count - 1);
        }
        Put(mark);
    }

    private void NewLine(int depth)
    {
        if (_format.Indent.Length > 0)
        {
            Put("\n"u8);
            for (var i = 0; i < depth; i++)
            {
                Encoding.UTF8.GetBytes(_format.Indent, _output);
            }
        }
    }

    private void Number(double value, JsNumber number)
    {
        if (!double.IsFinite(value))
        {
            Put("null"u8);
            return;
        }

        // Where .NET writes numbers as JavaScript does; elsewhere the engine knows.
        var magnitude = Math.Abs(value);
        if (value == 0 || magnitude is >= 1e-4 and < 1e15)
        {
            var span = _output.GetSpan(32);
            (value == 0 ? 0 : value).TryFormat(span, out var written, default, CultureInfo.InvariantCulture);
            _output.Advance(written);
            return;
        }
        Encoding.UTF8.GetBytes(TypeConverter.ToString(number), _output);
    }

    private void Quote(string text)
    {
        if (_output.WrittenCount + (long)text.Length > _limit)
        {
            throw TooLong();
        }

        Put("\""u8);
        var rest = text.AsSpan();
        while (true)
        {
            var next = Next(rest);
            Encoding.UTF8.GetBytes(next < 0 ? rest : rest[..next], _output);
            if (next < 0)
            {
                break;
            }
            rest = rest[(next + Escape(rest[next..]))..];
        }
        Put("\""u8);
    }

    // Where something must be escaped, or a surrogate must be looked at.
    private static int Next(ReadOnlySpan<char> text)
    {
        var escaped = text.IndexOfAny(Escaped);
        var surrogate = (escaped < 0 ? text : text[..escaped]).IndexOfAnyInRange('\ud800', '\udfff');
        return surrogate >= 0 ? surrogate : escaped;
    }

    private int Escape(ReadOnlySpan<char> text)
    {
        var c = text[0];
        switch (c)
        {
            case '"':
                Put("\\\""u8);
                return 1;
            case '\\':
                Put("\\\\"u8);
                return 1;
            case '\b':
                Put("\\b"u8);
                return 1;
            case '\t':
                Put("\\t"u8);
                return 1;
            case '\n':
                Put("\\n"u8);
                return 1;
            case '\f':
                Put("\\f"u8);
                return 1;
            case '\r':
                Put("\\r"u8);
                return 1;
        }
        if (char.IsHighSurrogate(c) && text.Length > 1 && char.IsLowSurrogate(text[1]))
        {
            Encoding.UTF8.GetBytes(text[..2], _output);
            return 2;
        }
        if (char.IsSurrogate(c) && !escapesHalves)
        {
            Put("\uFFFD"u8);
            return 1;
        }

        Put("\\u"u8);
        ((int)c).TryFormat(_output.GetSpan(4), out var written, "x4", CultureInfo.InvariantCulture);
        _output.Advance(written);
        return 1;
    }

    private void Put(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    private void Check()
    {
        if (_output.WrittenCount > _limit)
        {
            throw TooLong();
        }
        if (++_values % ChecksEvery == 0)
        {
            sandbox.Engine.Constraints.Check();
        }
    }

    private static MemoryLimitExceededException TooLong() => new("the text is too long");
}
