using CloudWall.Scripting.QuickJs;

// compile-engine WASM RUNTIME OUTPUT: compiles the module for a runtime of .NET, such as linux-arm64.
if (args is not [var source, var runtime, var output])
{
    Console.Error.WriteLine("compile-engine WASM RUNTIME OUTPUT");
    return 1;
}

if (QuickJsModule.TargetOf(runtime) is not { } target)
{
    Console.WriteLine($"There is no engine for {runtime}: it is compiled at each start.");
    return 0;
}

if (runtime != QuickJsModule.ThisRuntime)
{
    // Wasmtime's package has a compiler for the machine that it runs on alone, and ends the process where it is asked for another.
    Console.WriteLine(
        $"What is published for {runtime} compiles its JavaScript engine at each start: publish on such a machine to have it compiled.");
    return 0;
}

File.WriteAllBytes(output, QuickJsModule.Precompile(source, target));
return 0;
