using Polly;

namespace CloudWall.Replication.Runs;

/// <summary>Runs what a pipeline may repeat on the caller's scheduler, where Polly would go on on the thread pool.</summary>
internal static class PipelineExtensions
{
    /// <summary>Runs it.</summary>
    /// <param name="pipeline">What repeats it.</param>
    /// <param name="run">What is run.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async ValueTask<T> RunAsync<T>(
        this ResiliencePipeline pipeline, Func<CancellationToken, ValueTask<T>> run, CancellationToken cancellation)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellation);
        try
        {
            return await pipeline.ExecuteAsync(static (context, run) => run(context.CancellationToken), context, run);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Runs it.</summary>
    /// <param name="pipeline">What repeats it.</param>
    /// <param name="run">What is run.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async ValueTask RunAsync(
        this ResiliencePipeline pipeline, Func<CancellationToken, ValueTask> run, CancellationToken cancellation) =>
        await pipeline.RunAsync(
            async token =>
            {
                await run(token);
                return true;
            },
            cancellation);
}
