using System.Diagnostics;
using System.Globalization;

namespace CloudWall.Crash.Tests;

/// <summary>The library that pulls the plug, compiled once (<c>Plug/plug.c</c> says what it does).</summary>
internal static class PlugLibrary
{
    private static readonly Lazy<string> Compiled = new(Compile);

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

    private static string Compile()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "plug.so");
        var source = Path.Combine(AppContext.BaseDirectory, "Plug", "plug.c");
        var start = new ProcessStartInfo("cc") { RedirectStandardError = true };
        foreach (var argument in (string[])["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"])
        {
            start.ArgumentList.Add(argument);
        }

        using var compiler = Process.Start(start)!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException($"The C compiler has failed: {errors}");
    }
}
