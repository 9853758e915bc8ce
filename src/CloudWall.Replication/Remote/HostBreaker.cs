using Polly;
using Polly.CircuitBreaker;

namespace CloudWall.Replication.Remote;

/// <summary>
/// Keeps replications from a host that cannot be reached at all: after several vain attempts it is not tried for some seconds.
/// </summary>
internal sealed class HostBreaker
{
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;
    private readonly string _host;

    public HostBreaker(string host, TimeProvider time)
    {
        _host = host;
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = 0.9,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(5),
                ShouldHandle = static arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is HttpRequestException
                    {
                        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
                    }),
            })
            .Build();
    }

    /// <summary>Makes a request, unless there is no sense in trying.</summary>
    /// <exception cref="HttpRequestException">It failed, or was not tried.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Func<CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellation)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await send(token), cancellation);
        }
        catch (BrokenCircuitException broken)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"{_host} could not be reached just now, so it was not tried again: {broken.InnerException?.Message ?? broken.Message}", broken);
        }
    }
}
