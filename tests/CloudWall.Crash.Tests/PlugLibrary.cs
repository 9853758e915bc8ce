using System.Diagnostics;
using System.Globalization;

namespace CloudWall.Crash.Tests;

/// <summary>The library that pulls the plug, compiled once (<c>Plug/plug.c</c> says what it does).</summary>
internal static class PlugLibrary
{
    private static readonly Lazy<string> Compiled = new(() => Compile("plug.c", "plug.so", "-shared", "-fPIC"));

    /// <summary>What a node's environment has to have to run on a machine whose plug is pulled.</summary>
    public static IReadOnlyDictionary<string, string> Environment(string data, int after, int seed, bool lies = false, string? trace = null) =>
        new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Compiled.Value,
            ["PLUG_DIRECTORY"] = data,
            ["PLUG_AFTER"] = after.ToString(CultureInfo.InvariantCulture),
            ["PLUG_SEED"] = seed.ToString(CultureInfo.InvariantCulture),
            ["PLUG_LIES"] = lies ? "1" : "0",
            ["PLUG_TRACE"] = trace ?? "",
        };

    /// <summary>Compiles a C program of <c>Plug/</c>.</summary>
    /// <param name="source">The name of its file.</param>
    /// <param name="output">The name of what comes out, beside the tests.</param>
    /// <param name="options">More options of the compiler.</param>
    /// <returns>The path of what came out.</returns>
    public static string Compile(string source, string output, params ReadOnlySpan<string> options)
    {
        var path = Path.Combine(AppContext.BaseDirectory, output);
        var start = new ProcessStartInfo("cc") { RedirectStandardError = true };
        foreach (var argument in (string[])[.. options, "-O1", "-o", path, Path.Combine(AppContext.BaseDirectory, "Plug", source), "-ldl", "-lpthread"])
        {
            start.ArgumentList.Add(argument);
        }

        using var compiler = Process.Start(start)!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? path : throw new InvalidOperationException($"The C compiler has failed: {errors}");
    }
}
