using System.Text;
using CloudWall.Access;
using CloudWall.DesignDocuments.Functions;
using CloudWall.DesignDocuments.Rules;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rules;
using CloudWall.Scripting;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Storage.Memory;

namespace CloudWall.DesignDocuments.Tests;

/// <summary>A database in memory whose design documents work, without a node.</summary>
internal sealed class DesignedDatabase : IAsyncDisposable
{
    private readonly MemoryStore _store = new();
    private readonly DatabaseCatalogue _catalogue;

    private DesignedDatabase(ScriptLimits limits, long? totalMemory)
    {
        var runner = new InlineRunner();
        var options = new ScriptHostOptions { Limits = limits };
        options = options with { TotalMemory = totalMemory ?? options.TotalMemory };
        Scripts = new ScriptHost(options, runner, new JavaScriptFactory(options, runner));
        var engine = new EngineOptions
        {
            Rules = [new DesignDocumentRule(Scripts)],
            LoadValidator = database => DesignValidation.Load(Scripts, database),
        };
        _catalogue = DatabaseCatalogue.Open(_store, engine, TimeProvider.System);
    }

    public ScriptHost Scripts { get; }

    public Database Database => _catalogue.Find("db")!;

    public static async Task<DesignedDatabase> CreateAsync(ScriptLimits? limits = null, long? totalMemory = null)
    {
        var designed = new DesignedDatabase(limits ?? new ScriptLimits(), totalMemory);
        await designed._catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None);
        return designed;
    }

    /// <summary>Writes a new document, as an admin over HTTP would.</summary>
    public async Task<WriteOutcome> PutAsync(string id, string body)
    {
        using var write = new DocumentWrite(id, DocumentParser.Parse(Encoding.UTF8.GetBytes(body), DocumentLimits.Default), []);
        var writer = UserContext.Node.Writer("db", WriteWays.Client);
        return (await Database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None, writer))[0];
    }

    public async ValueTask DisposeAsync()
    {
        await _catalogue.DisposeAsync();
        Scripts.Dispose();
        _store.Dispose();
    }
}
