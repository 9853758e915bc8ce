using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CloudWall.Documents.Waiting;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;
using Polly;
using Polly.Retry;

namespace CloudWall.Replication.Remote;

/// <summary>
/// Requests to one remote database: signed in, repeated where a failure may pass by itself, given up when the peer is silent, and with
/// failures told as CouchDB's replicator tells them.
/// </summary>
internal sealed class PeerHttp : IDisposable
{
    private readonly HttpClient _client;
    private readonly ResiliencePipeline _pipeline;
    private readonly CookieSession? _session;
    private readonly Turns _places;

    /// <summary>A client of one database.</summary>
    /// <param name="address">The database.</param>
    /// <param name="options">How it is talked to.</param>
    /// <param name="handler">The connections; disposed of with this.</param>
    /// <param name="time">The clock of pauses and of silence.</param>
    /// <param name="randomness">Numbers from 0 to 1, which keep many from trying again at the same moment.</param>
    public PeerHttp(RemoteAddress address, RemoteOptions options, HttpMessageHandler handler, TimeProvider time, Func<double> randomness)
    {
        Address = address;
        Options = options;
        Time = time;
        _places = new Turns(Math.Max(ReplicationOptions.LeastConnections, options.Connections));
        _client = new HttpClient(handler, disposeHandler: true) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        Redaction = new Redaction(address, options.Proxy);
        _session = address.UserName is null ? null : new CookieSession(address, _client, Redaction);
        _pipeline = options.Retries < 1
            ? ResiliencePipeline.Empty
            : new ResiliencePipelineBuilder { TimeProvider = time }
                .AddRetry(new RetryStrategyOptions
                {
                    MaxRetryAttempts = options.Retries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Randomizer = randomness,
                    Delay = options.FirstDelay,
                    MaxDelay = options.MaxDelay,
                    ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is PeerException failure && MayRepeat(failure)),
                    DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as PeerException)?.RetryAfter),
                })
                .Build();
    }

    public RemoteAddress Address { get; }

    public RemoteOptions Options { get; }

    /// <summary>Takes credentials out of what the peer says.</summary>
    public Redaction Redaction { get; }

    public TimeProvider Time { get; }

    /// <summary>Basic credentials as a header's value.</summary>
    public static AuthenticationHeaderValue Basic(string user, string? password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    /// <summary>A body of JSON.</summary>
    public static HttpContent Json(ReadOnlyMemory<byte> json)
    {
        var content = new ReadOnlyMemoryContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>Makes a request, and reads the answer. Both are repeated where either fails in a way that may pass.</summary>
    /// <exception cref="PeerException">Any answer that is not expected, or none.</exception>
    public async Task<T> RunAsync<T>(
        PeerRequest request, Func<PeerAnswer, CancellationToken, ValueTask<T>> read, CancellationToken cancellation) =>
        await RepeatAsync(
            async token =>
            {
                using var answer = await SendAsync(request, token);
                return await read(answer, token);
            },
            cancellation,
            request.MayRepeat);

    /// <summary>Makes a request; the answer's head is there when it returns, and only what went before is repeated.</summary>
    /// <exception cref="PeerException">Any answer that is not expected, or none.</exception>
    public async Task<PeerAnswer> OpenAsync(PeerRequest request, CancellationToken cancellation) =>
        await RepeatAsync(token => SendAsync(request, token), cancellation, request.MayRepeat);

    /// <summary>Runs something that talks to the peer, again where it fails in a way that may pass.</summary>
    /// <exception cref="PeerException">It failed.</exception>
    public ValueTask<T> RepeatAsync<T>(
        Func<CancellationToken, ValueTask<T>> run, CancellationToken cancellation, bool mayRepeat = true) =>
        (mayRepeat ? _pipeline : ResiliencePipeline.Empty).RunAsync(
            async token =>
            {
                try
                {
                    return await run(token);
                }
                catch (Exception failure) when (PeerFailures.IsOfPeer(failure))
                {
                    throw Unreachable(failure);
                }
            },
            cancellation);

    /// <summary>What an answer means that is none of the good ones.</summary>
    public ValueTask<PeerException> FailureAsync(PeerAnswer answer, CancellationToken cancellation) =>
        PeerFailures.OfAsync(Address, answer, Time, cancellation);

    /// <summary>A failure to reach the peer or to make sense of its answer, which may pass by itself.</summary>
    public PeerException Unreachable(Exception failure) => PeerFailures.Unreachable(Address, Redaction, failure);

    public void Dispose() => _client.Dispose();

    private bool MayRepeat(PeerException failure) =>
        failure.IsTransient && !(failure.RetryAfter > Options.MaxDelay);

    private async ValueTask<PeerAnswer> SendAsync(PeerRequest request, CancellationToken cancellation)
    {
        var answer = await SendOnceAsync(request, null, cancellation);
        if (answer.Answer.Status == HttpStatusCode.Unauthorized && answer.Cookie is { } expired)
        {
            answer.Answer.Dispose();
            answer = await SendOnceAsync(request, expired, cancellation);
        }

        if (answer.Answer.IsSuccess || request.Expects(answer.Answer.Status))
        {
            return answer.Answer;
        }

        using (answer.Answer)
        {
            throw await FailureAsync(answer.Answer, cancellation);
        }
    }

    private async Task<(PeerAnswer Answer, string? Cookie)> SendOnceAsync(
        PeerRequest asked, string? expired, CancellationToken cancellation)
    {
        await _places.EnterAsync(cancellation);
        var silence = new SilenceTimer(Options.Timeout, Time, cancellation);
        var answered = false;
        try
        {
            silence.Start();
            var (response, cookie) = await FollowAsync(asked, expired, silence);
            silence.Pause();
            answered = true;
            return (new PeerAnswer(response, silence, _places, Redaction), cookie);
        }
        catch (OperationCanceledException cancelled)
        {
            throw silence.Translate(cancelled);
        }
        finally
        {
            if (!answered)
            {
                silence.Dispose();
                _places.Leave();
            }
        }
    }

    /// <summary>Makes a request where it leads to.</summary>
    /// <returns>The answer, and the cookie that went with the request; null where none did.</returns>
    private async Task<(HttpResponseMessage Response, string? Cookie)> FollowAsync(PeerRequest asked, string? expired, SilenceTimer silence)
    {
        var home = asked.IsToServer ? Address.ServerUriOf(asked.Path) : Address.UriOf(asked.Path);
        var uri = home;
        var isHome = true;
        for (var redirects = 0; redirects <= Redirects.Max; redirects++)
        {
            // Who was led elsewhere once stays a stranger.
            isHome &= Redirects.IsSameOrigin(home, uri);
            using var request = Message(asked, uri, isHome, silence);
            var cookie = _session is null || !isHome ? null : await _session.SignAsync(request, expired, silence.Token);
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            if (isHome)
            {
                _session?.Learn(response);
            }

            if (Redirects.TargetOf(response, uri) is not { } next)
            {
                if (!isHome && response.StatusCode is (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
                {
                    response.Dispose();
                    throw Redirects.Refused(Address, Redirects.Elsewhere(uri, Redaction, "credentials are"));
                }

                return (response, cookie);
            }

            response.Dispose();
            asked = Redirects.Follow(asked, response.StatusCode, uri, next, this);
            uri = next;
        }

        throw Redirects.Refused(Address, "redirects again and again");
    }

    private HttpRequestMessage Message(PeerRequest asked, Uri uri, bool isHome, SilenceTimer silence)
    {
        var request = new HttpRequestMessage(asked.Method, uri);
        if (asked.Content?.Invoke() is { } content)
        {
            request.Content = new WatchedContent(content, silence);
        }

        request.Headers.ExpectContinue = asked.AsksFirst;
        request.Headers.TryAddWithoutValidation("Accept", asked.Accept);
        if (asked.AcceptEncoding is { } encoding)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        }

        foreach (var (name, value) in isHome ? Address.Headers : [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
