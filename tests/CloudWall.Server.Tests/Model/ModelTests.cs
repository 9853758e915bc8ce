using CloudWall.Model;
using CsCheck;

namespace CloudWall.Server.Tests.Model;

/// <summary>A node does through HTTP what the model of CouchDB's rules does, as the engine does without it.</summary>
public sealed class ModelTests
{
    [Fact]
    public Task A_node_follows_the_model() => ModelRun.Steps.SampleAsync(
        async steps =>
        {
            await using var target = await HttpTarget.CreateAsync();
            await new ModelRun(target).DoAsync(steps);
        },
        iter: 25,
        threads: 2);
}
