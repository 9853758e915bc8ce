using CloudWall.Model;
using CsCheck;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>The engine does what a simple model of CouchDB's rules does, whatever the order of edits, merges, purges and compactions.</summary>
public sealed class ModelTests
{
    [Fact]
    public Task The_engine_follows_the_model() => ModelRun.Steps.SampleAsync(
        async steps =>
        {
            await using var target = await EngineTarget.CreateAsync();
            await new ModelRun(target).DoAsync(steps);
        },
        iter: 300,
        threads: 2);
}
