using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Freezes everything that comes with the language, so that nothing one call does to it can be seen by the next. Detecting changes would
/// cost every call a walk over a thousand properties; freezing costs an engine a few hundred microseconds once and calls nothing.
/// </summary>
/// <remarks>
/// A property that is inherited and cannot be written cannot be overridden by assignment either, which would break ordinary code such as
/// <c>Point.prototype.toString = …</c>. Those that code does override are turned into accessors that put the value on the object itself.
/// </remarks>
internal static class Lockdown
{
    // What CouchDB 3.5 does not have, and BigInt, which can be held to no limit. The less there is, the less must be frozen, and promises
    // would run after the call they belong to.
    private static readonly string[] Removed =
    [
        "Promise", "Proxy", "ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "Int8Array", "Uint8Array", "Uint8ClampedArray",
        "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float16Array", "Float32Array", "Float64Array", "BigInt64Array",
        "BigUint64Array", "Intl", "Temporal", "ShadowRealm", "WeakRef", "FinalizationRegistry", "Iterator", "AsyncDisposableStack",
        "DisposableStack", "SuppressedError", "console", "BigInt",
    ];

    // Objects of the language that no global names.
    private const string Hidden =
        "[function*(){}, async function(){}, async function*(){}, [][Symbol.iterator](), ''[Symbol.iterator](), new Map().keys(), "
        + "new Set().keys(), ''.matchAll(/a/g), (function*(){})(), Object.getOwnPropertyDescriptor(function(){'use strict'; return arguments}(), 'callee').get]";

    private static readonly string[] Overridable =
        ["Object", "Function", "Array", "Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"];

    private static readonly Prepared<Acornima.Ast.Script> HiddenScript = Engine.PrepareScript(Hidden);

    /// <summary>Takes away what CouchDB's engine does not have.</summary>
    public static void Reduce(Engine engine)
    {
        foreach (var name in Removed)
        {
            engine.Global.Delete(name);
        }
    }

    /// <summary>Freezes the language; globals of its own are still the code's to make.</summary>
    public static void Freeze(Engine engine)
    {
        foreach (var name in Overridable)
        {
            if (engine.Global.Get(name) is ObjectInstance constructor && constructor.Get("prototype") is ObjectInstance prototype)
            {
                MakeOverridable(engine, prototype, all: name is not "Array");
            }
        }

        var seen = new HashSet<ObjectInstance>(ReferenceEqualityComparer.Instance);
        var open = new Stack<ObjectInstance>();
        Add(engine.Global);
        Add(engine.Evaluate(HiddenScript));
        while (open.TryPop(out var next))
        {
            Freeze(next, ReferenceEquals(next, engine.Global), Add);
        }

        void Add(JsValue? value)
        {
            if (value is ObjectInstance instance && seen.Add(instance))
            {
                open.Push(instance);
            }
        }
    }

    private static void Freeze(ObjectInstance instance, bool extensible, Action<JsValue?> add)
    {
        add(instance.Prototype);
        foreach (var key in instance.GetOwnPropertyKeys(Types.String | Types.Symbol))
        {
            var property = instance.GetOwnProperty(key);
            if (ReferenceEquals(property, PropertyDescriptor.Undefined))
            {
                continue;
            }

            if (property.IsAccessorDescriptor())
            {
                add(property.Get);
                add(property.Set);
                if (property.Configurable)
                {
                    instance.DefineOwnProperty(key, new PropertyDescriptor { Configurable = false });
                }
            }
            else
            {
                add(property.Value);
                if (property.Configurable || property.Writable)
                {
                    instance.DefineOwnProperty(key, new PropertyDescriptor { Configurable = false, Writable = false });
                }
            }
        }
        if (!extensible)
        {
            instance.PreventExtensions();
        }
    }

    private static void MakeOverridable(Engine engine, ObjectInstance prototype, bool all)
    {
        foreach (var key in prototype.GetOwnPropertyKeys(Types.String))
        {
            var property = prototype.GetOwnProperty(key);
            if (property.IsAccessorDescriptor() || !property.Configurable || !(all || key.ToString() is "constructor" or "toString"))
            {
                continue;
            }

            var value = property.Value;
            var get = new ClrFunction(engine, "get", (_, _) => value);
            var set = new ClrFunction(
                engine,
                "set",
                (self, arguments) =>
                {
                    if (self is ObjectInstance target && !ReferenceEquals(target, prototype))
                    {
                        target.DefineOwnProperty(
                            key,
                            new PropertyDescriptor(arguments.Length > 0 ? arguments[0] : JsValue.Undefined, PropertyFlag.ConfigurableEnumerableWritable));
                    }
                    return JsValue.Undefined;
                },
                1);
            prototype.DefineOwnProperty(key, new GetSetPropertyDescriptor(get, set, false, false));
        }
    }
}
