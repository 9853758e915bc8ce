using CloudWall.Scripting.QuickJs;

// compile-engine WASM RUNTIME OUTPUT: compiles the module for a runtime of .NET, such as linux-arm64.
if (args is not [var source, var runtime, var output])
{
    Console.Error.WriteLine("compile-engine WASM RUNTIME OUTPUT");
    return 1;
}

if (QuickJsModule.TargetOf(runtime) is not { } target)
{
    Console.Error.WriteLine($"There is no engine for {runtime}: it is compiled at start.");
    return 0;
}

File.WriteAllBytes(output, QuickJsModule.Precompile(source, target));
return 0;
