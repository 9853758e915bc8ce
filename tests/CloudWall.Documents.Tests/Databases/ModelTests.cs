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
            target.Check();
        },
        iter: 300,
        threads: 2);

    [Fact]
    public Task The_engine_on_disk_follows_the_model() => ModelRun.Steps.SampleAsync(
        async steps =>
        {
            var directory = Directory.CreateTempSubdirectory("cloudwall-documents-").FullName;
            try
            {
                await using var target = await EngineTarget.CreateOnDiskAsync(directory);
                await new ModelRun(target).DoAsync(steps);
                target.Check();
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        },
        iter: 20,
        threads: 2);
}
