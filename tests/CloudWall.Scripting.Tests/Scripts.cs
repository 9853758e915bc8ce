using System.Text;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests;

/// <summary>Short ways to run functions, and what they logged.</summary>
internal sealed class Scripts
{
    private readonly JavaScriptFactory _factory;

    public Scripts(ScriptLimits? limits = null, TimeProvider? time = null)
    {
        Options = new ScriptHostOptions { Limits = limits ?? new ScriptLimits(), Time = time ?? TimeProvider.System, Log = entry => Logged.Add(entry.Message) };
        _factory = limits is null && time is null ? Shared : new JavaScriptFactory(Options, Threads);
    }

    private static readonly ScriptThreads Threads = new(8, 8, TimeProvider.System);
    private static readonly JavaScriptFactory Shared = Factory;

    /// <summary>A factory of its own, with the usual limits.</summary>
    public static JavaScriptFactory Factory => new(new ScriptHostOptions(), Threads);

    public List<string> Logged { get; } = [];

    public ScriptHostOptions Options { get; }

    public static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    /// <summary>Asserts that bytes are one JSON value in UTF-8, as deep as it may be.</summary>
    public static void AssertJson(ReadOnlySpan<byte> json)
    {
        Assert.True(System.Text.Unicode.Utf8.IsValid(json));
        var reader = new System.Text.Json.Utf8JsonReader(json, DriverError.AnyDepth);
        Assert.True(reader.Read());
        reader.Skip();
        Assert.False(reader.Read());
    }

    public MapFunctions Maps(string library, params string[] functions) =>
        _factory.CreateMaps("db", new MapSource("javascript", functions, Utf8(library)), Options);

    /// <summary>Rows as <c>document.function key:value</c>, one a line.</summary>
    public static string[] Rows(MapFunctions maps, params string[] documents)
    {
        using var results = maps.Map([.. documents.Select(Utf8)], TestContext.Current.CancellationToken);
        return [.. Enumerable.Range(0, results.Count).Select(i => results[i])
            .Select(row => $"{row.Document}.{row.Function} {Text(row.Key)}:{Text(row.Value)}")];
    }

    /// <summary>The rows of one function over documents.</summary>
    public string[] Map(string function, params string[] documents) =>
        Rows(Maps("", function), documents.Length == 0 ? ["{\"_id\":\"a\",\"n\":1}"] : documents);

    /// <summary>What a map function gives as the key of its only row, for trying out expressions.</summary>
    public string Evaluate(string expression) =>
        Assert.Single(Map($"function(doc) {{ emit({expression}, null); }}"))[4..^5];

    public ReduceFunctions Reduces(params string[] functions) =>
        _factory.CreateReduces("db", new ReduceSource("javascript", functions), Options);

    public DesignFunctions Design(string document) =>
        _factory.CreateDesign("db", new DesignSource("javascript", Utf8(document)), Options);
}
