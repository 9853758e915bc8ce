using CloudWall.Scripting.QuickJs;

// compile-engine WASM OUTPUT [RUNTIME]: compiles the module for a runtime of .NET, such as linux-arm64; for that of this machine where none
// is named.
if (args is not [var source, var output, .. var rest] || rest.Length > 1)
{
    Console.Error.WriteLine("compile-engine WASM OUTPUT [RUNTIME]");
    return 1;
}

var runtime = rest is [var named] ? named : QuickJsModule.ThisRuntime;
if (QuickJsModule.TargetOf(runtime) is not { } target)
{
    Console.WriteLine($"There is no engine for {runtime}: it is compiled at each start.");
    return 0;
}

if (runtime != QuickJsModule.ThisRuntime)
{
    // Wasmtime's package has a compiler for the machine that it runs on alone, and ends the process where it is asked for another.
    Console.WriteLine(
        $"What is published for {runtime} compiles its JavaScript engine at each start, unless compile-engine runs on such a machine.");
    return 0;
}

File.WriteAllBytes(output, QuickJsModule.Precompile(source, target));
return 0;
