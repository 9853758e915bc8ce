using CloudWall.Model;
using CsCheck;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>The engine does what a simple model of CouchDB's rules does, whatever the order of edits, merges, purges and compactions.</summary>
public sealed class ModelTests
{
    private static readonly Gen<Step[]> Steps =
        Gen.Select(Gen.Int, Gen.Int, Gen.Int, Gen.Int, (kind, a, b, c) => new Step(kind, a, b, c)).Array[1, 40];

    [Fact]
    public Task The_engine_follows_the_model() => Steps.SampleAsync(
        async steps =>
        {
            await using var target = await EngineTarget.CreateAsync();
            await new ModelRun(target).DoAsync(steps);
        },
        iter: 300,
        threads: 2);
}
