using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// QuickJS, compiled for this machine: what all instances are made of. It is loaded when it is first used, from the form that was compiled
/// when the program was published, or else compiled now.
/// </summary>
internal sealed unsafe class QuickJsModule : IDisposable
{
    /// <summary>What it says of itself, for <c>_node/_local/_versions</c>.</summary>
    public const string Name = "quickjs";

    private readonly nint _engine;
    private readonly nint _module;

    private QuickJsModule(nint engine, nint module, bool wasCompiled)
    {
        (_engine, _module, WasCompiled) = (engine, module, wasCompiled);
        ImportTypes = ReadImports(module);
    }

    /// <summary>The engine that all instances belong to.</summary>
    public nint Engine => _engine;

    /// <summary>The module.</summary>
    public nint Module => _module;

    /// <summary>Whether it had to be compiled at start.</summary>
    public bool WasCompiled { get; }

    /// <summary>What the module imports, in order: the letter of a function, or the memory.</summary>
    public IReadOnlyList<(string Name, nint FunctionType)> ImportTypes { get; }

    /// <summary>Where the module lies: as WebAssembly, and as code of this machine.</summary>
    public static string Directory => Path.Combine(AppContext.BaseDirectory, "engine");

    /// <summary>Loads the module.</summary>
    /// <param name="log">Is told where a module that was compiled before does not load.</param>
    /// <exception cref="WasmException">There is none that can be used.</exception>
    public static QuickJsModule Load(Action<string> log) => Load(Directory, log);

    /// <summary>Loads the module out of a directory.</summary>
    public static QuickJsModule Load(string directory, Action<string> log)
    {
        var engine = NativeMethods.wasm_engine_new_with_config(WasmSettings.CreateConfiguration());
        if (engine == 0)
        {
            throw new WasmException("the WebAssembly engine does not start");
        }

        var compiled = Path.Combine(directory, "quickjs.cwasm");
        if (File.Exists(compiled))
        {
            try
            {
                WasmError.ThrowIfSet(NativeMethods.wasmtime_module_deserialize_file(engine, compiled, out var ready));
                return new QuickJsModule(engine, ready, wasCompiled: false);
            }
            catch (WasmException failure)
            {
                log($"The JavaScript engine is compiled anew, since {compiled} does not load: {failure.Message}");
            }
        }

        return new QuickJsModule(engine, Compile(engine, Path.Combine(directory, "quickjs.wasm")), wasCompiled: true);
    }

    /// <summary>
    /// This machine as one of .NET's runtimes, such as <c>linux-arm64</c>: the only one that Wasmtime's package compiles for.
    /// </summary>
    public static string ThisRuntime { get; } =
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>How Wasmtime calls the machine of one of .NET's runtimes; null where it has no compiler for it.</summary>
    public static string? TargetOf(string runtime) => runtime switch
    {
        "linux-x64" => "x86_64-unknown-linux-gnu",
        "linux-arm64" => "aarch64-unknown-linux-gnu",
        "osx-x64" => "x86_64-apple-darwin",
        "osx-arm64" => "aarch64-apple-darwin",
        "win-x64" => "x86_64-pc-windows-msvc",
        "win-arm64" => "aarch64-pc-windows-msvc",
        _ => null,
    };

    /// <summary>Compiles the module for a machine.</summary>
    /// <param name="source">The WebAssembly file.</param>
    /// <param name="target">The machine, such as <c>aarch64-unknown-linux-gnu</c>: with the features that all of its kind have.</param>
    /// <returns>What <see cref="Load(Action{string})"/> reads.</returns>
    public static byte[] Precompile(string source, string target)
    {
        var engine = NativeMethods.wasm_engine_new_with_config(WasmSettings.CreateConfiguration(target));
        var module = Compile(engine, source);
        try
        {
            WasmError.ThrowIfSet(NativeMethods.wasmtime_module_serialize(module, out var bytes));
            var copy = bytes.Bytes.ToArray();
            NativeMethods.wasm_byte_vec_delete(ref bytes);
            return copy;
        }
        finally
        {
            NativeMethods.wasmtime_module_delete(module);
            NativeMethods.wasm_engine_delete(engine);
        }
    }

    /// <summary>Lets time pass for all instances: what has a deadline that it passes is asked to account for itself.</summary>
    public void Tick() => NativeMethods.wasmtime_engine_increment_epoch(_engine);

    public void Dispose()
    {
        foreach (var (_, type) in ImportTypes)
        {
            if (type != 0)
            {
                NativeMethods.wasm_functype_delete(type);
            }
        }

        NativeMethods.wasmtime_module_delete(_module);
        NativeMethods.wasm_engine_delete(_engine);
    }

    private static nint Compile(nint engine, string source)
    {
        var wasm = File.ReadAllBytes(source);
        if (Convert.ToHexStringLower(SHA256.HashData(wasm)) != QuickJsExports.ModuleHash)
        {
            throw new WasmException($"{source} is another file than the one that this version was made for");
        }

        fixed (byte* bytes = wasm)
        {
            WasmError.ThrowIfSet(NativeMethods.wasmtime_module_new(engine, bytes, (nuint)wasm.Length, out var module));
            return module;
        }
    }

    private static List<(string Name, nint FunctionType)> ReadImports(nint module)
    {
        NativeMethods.wasmtime_module_imports(module, out var imports);
        var read = new List<(string, nint)>();
        foreach (var import in imports.Items)
        {
            var type = NativeMethods.wasm_externtype_as_functype_const(NativeMethods.wasm_importtype_type(import));
            read.Add((
                Encoding.UTF8.GetString(NativeMethods.wasm_importtype_name(import)->Bytes),
                type == 0 ? 0 : NativeMethods.wasm_functype_copy(type)));
        }

        NativeMethods.wasm_importtype_vec_delete(ref imports);
        return read;
    }
}
