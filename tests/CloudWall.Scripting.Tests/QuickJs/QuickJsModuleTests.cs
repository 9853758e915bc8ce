using System.Reflection;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests.QuickJs;

/// <summary>The names of exports and imports are those that the package's own JavaScript has for its file.</summary>
public sealed partial class QuickJsModuleTests
{
    private static readonly string Package = Path.Combine(
        typeof(QuickJsModuleTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static data => data.Key == "EnginePackage").Value!);

    private static readonly string Glue = File.ReadAllText(Path.Combine(Package, "emscripten-module.cjs")).Replace("\n", "", StringComparison.Ordinal);

    [Fact]
    public void The_file_is_the_one_that_the_names_belong_to() => Assert.Equal(
        QuickJsExports.ModuleHash, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Package, "emscripten-module.wasm")))));

    [Fact]
    public void Exports_have_the_names_that_the_package_gives_them()
    {
        var names = Exports().Matches(Glue).ToDictionary(static match => match.Groups["name"].Value, static match => match.Groups["letter"].Value);
        Assert.NotEmpty(names);
        Assert.All(QuickJsExports.Letters, export => Assert.Equal(names[export.Key], export.Value));
        Assert.Contains($"Z.{QuickJsExports.Constructors}();", Glue, StringComparison.Ordinal);
    }

    [Fact]
    public void Imports_are_those_of_the_closed_list_and_no_others()
    {
        using var module = QuickJsModule.Load(static _ => { });
        Assert.Equal(QuickJsImports.Names.Keys.Order(StringComparer.Ordinal), module.ImportTypes.Select(static import => import.Name).Order(StringComparer.Ordinal));

        // What the package's JavaScript does for each of them gives it away.
        var imports = Glue[Glue.IndexOf("={b:", StringComparison.Ordinal)..];
        foreach (var (letter, mark) in (IEnumerable<(string, string)>)
        [
            ("b", "Assertion failed"), ("c", "oa["), ("d", "52"), ("e", "na()"), ("f", "na()"), ("g", "normalizeModule"), ("h", "loadModuleSource"),
            ("i", "shouldInterrupt"), ("j", "clearTimeout"), ("k", "q.grow"), ("m", "getTimezoneOffset"), ("n", "UTC"), ("o", "70"),
            ("p", "Date.now()"), ("q", "M("), ("r", "la"), ("s", "callFunction"), ("t", "freeHostRef"),
        ])
        {
            var at = Regex.Match(imports, $@"[{{,]{letter}:");
            Assert.True(at.Success, letter);
            Assert.Contains(mark, imports.AsSpan(at.Index, Math.Min(600, imports.Length - at.Index)), StringComparison.Ordinal);
        }
    }

    /// <summary>Review of the sandbox, 6: a compiled module that does not load is no reason not to start.</summary>
    [Fact]
    public void A_compiled_module_that_does_not_load_is_compiled_anew_and_the_log_says_so()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            File.Copy(Path.Combine(Package, "emscripten-module.wasm"), Path.Combine(directory.FullName, "quickjs.wasm"));
            File.WriteAllBytes(Path.Combine(directory.FullName, "quickjs.cwasm"), new byte[4096]);
            var logged = new List<string>();
            using var module = QuickJsModule.Load(directory.FullName, logged.Add);
            Assert.True(module.WasCompiled);
            Assert.Contains("quickjs.cwasm does not load", Assert.Single(logged), StringComparison.Ordinal);
            Assert.Equal(QuickJsImports.Names.Count, module.ImportTypes.Count);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_module_that_was_compiled_before_is_taken_as_it_is()
    {
        var directory = Directory.CreateTempSubdirectory("cloudwall-engine");
        try
        {
            var source = Path.Combine(directory.FullName, "quickjs.wasm");
            var compiled = Path.Combine(directory.FullName, "quickjs.cwasm");
            File.Copy(Path.Combine(Package, "emscripten-module.wasm"), source);
            var target = QuickJsModule.TargetOf(QuickJsModule.ThisRuntime);
            Assert.SkipWhen(target is null, "Wasmtime has no name for this system.");
            File.WriteAllBytes(compiled, QuickJsModule.Precompile(source, target!));
            var log = new List<string>();
            using var ready = QuickJsModule.Load(directory.FullName, log.Add);
            Assert.False(ready.WasCompiled);
            Assert.Empty(log);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_document_that_no_function_can_take_is_named_to_whoever_runs_the_node()
    {
        var log = new List<ScriptLogEntry>();

        // A batch ends early when it takes long; this one takes no time.
        var options = new ScriptHostOptions { Limits = new ScriptLimits { Memory = 32 << 20 }, Log = log.Add, Time = new FakeTimeProvider() };
        using var threads = new ScriptThreads(2, 2, TimeProvider.System);
        using var factory = new JavaScriptFactory(options, threads);
        var maps = factory.CreateMaps("db", new MapSource("javascript", ["function(doc) { log('code'); emit(1, doc.x === 1 ? 2 : null); }"], default), options);
        var large = $$"""{"_id":"large","x":"{{new string('x', 24 << 20)}}"}""";
        Assert.Equal(["1.0 1:null"], Scripts.Rows(maps, large, """{"_id":"a"}"""));
        Assert.Contains("large", Assert.Single(log, static entry => entry.IsWarning).Message, StringComparison.Ordinal);
        Assert.Equal("code", Assert.Single(log, static entry => !entry.IsWarning).Message);
    }

    [GeneratedRegex(@"c\._(?<name>\w+)=\s*b\.(?<letter>[\w$]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Exports();
}
