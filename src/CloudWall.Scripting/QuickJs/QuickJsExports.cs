using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// The functions of the module that are used. Its build shortens their names to letters, other ones in each version: which letter is which
/// belongs to one file, whose hash is here, too. A test compares both with the package.
/// </summary>
internal sealed class QuickJsExports
{
    /// <summary>SHA-256 of the file that the names belong to.</summary>
    public const string ModuleHash = "105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232";

    /// <summary>QuickJS's date of release, which is its version.</summary>
    public const string Version = "2025-09-13";

    /// <summary>The letters of the functions, by their names in <c>interface.c</c> of quickjs-emscripten.</summary>
    public static readonly IReadOnlyDictionary<string, string> Letters = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["malloc"] = "v",
        ["free"] = "M",
        ["QTS_NewRuntime"] = "K",
        ["QTS_RuntimeSetMaxStackSize"] = "D",
        ["QTS_NewContext"] = "N",
        ["QTS_GetGlobalObject"] = "ua",
        ["QTS_GetUndefined"] = "E",
        ["QTS_NewString"] = "_",
        ["QTS_GetString"] = "$",
        ["QTS_FreeCString"] = "S",
        ["QTS_NewFloat64"] = "Y",
        ["QTS_GetFloat64"] = "Z",
        ["QTS_SetProp"] = "ja",
        ["QTS_GetProp"] = "ha",
        ["QTS_NewFunction"] = "Da",
        ["QTS_ArgvGetJSValueConstPointer"] = "Ea",
        ["QTS_DupValuePointer"] = "T",
        ["QTS_FreeValuePointer"] = "P",
        ["QTS_Eval"] = "pa",
        ["QTS_Call"] = "ma",
        ["QTS_ResolveException"] = "na",
    };

    /// <summary>What runs the module's constructors, once.</summary>
    public const string Constructors = "u";

    private readonly WasmFunction _constructors;

    /// <summary>Finds the functions of an instance.</summary>
    /// <exception cref="WasmException">One is missing: it is another module.</exception>
    public QuickJsExports(nint context, in WasmInstance instance)
    {
        _constructors = Find(context, instance, Constructors);
        Allocate = Find(context, instance, Letters["malloc"]);
        Free = Find(context, instance, Letters["free"]);
        NewRuntime = Find(context, instance, Letters["QTS_NewRuntime"]);
        SetMaxStackSize = Find(context, instance, Letters["QTS_RuntimeSetMaxStackSize"]);
        NewContext = Find(context, instance, Letters["QTS_NewContext"]);
        GetGlobalObject = Find(context, instance, Letters["QTS_GetGlobalObject"]);
        GetUndefined = Find(context, instance, Letters["QTS_GetUndefined"]);
        NewString = Find(context, instance, Letters["QTS_NewString"]);
        GetString = Find(context, instance, Letters["QTS_GetString"]);
        FreeString = Find(context, instance, Letters["QTS_FreeCString"]);
        NewNumber = Find(context, instance, Letters["QTS_NewFloat64"]);
        GetNumber = Find(context, instance, Letters["QTS_GetFloat64"]);
        SetProperty = Find(context, instance, Letters["QTS_SetProp"]);
        GetProperty = Find(context, instance, Letters["QTS_GetProp"]);
        NewFunction = Find(context, instance, Letters["QTS_NewFunction"]);
        Argument = Find(context, instance, Letters["QTS_ArgvGetJSValueConstPointer"]);
        Duplicate = Find(context, instance, Letters["QTS_DupValuePointer"]);
        FreeValue = Find(context, instance, Letters["QTS_FreeValuePointer"]);
        Evaluate = Find(context, instance, Letters["QTS_Eval"]);
        Call = Find(context, instance, Letters["QTS_Call"]);
        ResolveException = Find(context, instance, Letters["QTS_ResolveException"]);
    }

    public WasmFunction Initialize => _constructors;

    public WasmFunction Allocate { get; }

    public WasmFunction Free { get; }

    public WasmFunction NewRuntime { get; }

    public WasmFunction SetMaxStackSize { get; }

    public WasmFunction NewContext { get; }

    public WasmFunction GetGlobalObject { get; }

    public WasmFunction GetUndefined { get; }

    public WasmFunction NewString { get; }

    public WasmFunction GetString { get; }

    public WasmFunction FreeString { get; }

    public WasmFunction NewNumber { get; }

    public WasmFunction GetNumber { get; }

    public WasmFunction SetProperty { get; }

    public WasmFunction GetProperty { get; }

    public WasmFunction NewFunction { get; }

    public WasmFunction Argument { get; }

    public WasmFunction Duplicate { get; }

    public WasmFunction FreeValue { get; }

    public WasmFunction Evaluate { get; }

    public WasmFunction Call { get; }

    public WasmFunction ResolveException { get; }

    private static unsafe WasmFunction Find(nint context, in WasmInstance instance, string name)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(name);
        fixed (byte* bytes = utf8)
        {
            return NativeMethods.wasmtime_instance_export_get(context, instance, bytes, (nuint)utf8.Length, out var item)
                && item.Kind == WasmExtern.FunctionKind
                ? item.Function
                : throw new WasmException("the module has no function " + name);
        }
    }
}
