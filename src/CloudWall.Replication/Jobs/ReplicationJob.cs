using System.Runtime.ExceptionServices;
using CloudWall.Documents;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;
using CloudWall.Storage;
using Polly;
using Polly.Retry;

namespace CloudWall.Replication.Jobs;

/// <summary>
/// A replication that was asked for: run after run until it is done, or removed. Faults that may pass never end a continuous job; it waits
/// longer and longer, and anew once both peers have shown life.
/// </summary>
public sealed class ReplicationJob : IDisposable
{
    /// <summary>How often a one-shot that nobody keeps may fail after it has begun to copy.</summary>
    private const int MaxOneShotFailures = 5;

    private readonly RunContext _context;
    private readonly SchedulerSettings _settings;
    private readonly JobPlaces _places;
    private readonly CancellationTokenSource _removed = new();
    private readonly TaskCompletionSource<RunResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly LinkedList<JobEvent> _events = new();
    private readonly ResiliencePipeline _attempts;
    private CancellationTokenSource? _turn;
    private JobState _state = JobState.Pending;
    private int _failures;
    private int _consecutiveFailures;
    private bool _hasMadeProgress;
    private DocumentError? _error;

    internal ReplicationJob(
        ReplicationRequest request,
        string? user,
        JobOrigin? origin,
        RunContext context,
        SchedulerSettings settings,
        JobPlaces places)
    {
        Request = request;
        User = user;
        Origin = origin;
        Id = request.Id(context.NodeId);
        _context = context;
        _settings = settings;
        _places = places;
        StartedAt = UpdatedAt = context.Time.GetUtcNow();
        Note("added");
        _attempts = new ResiliencePipelineBuilder { TimeProvider = context.Time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = arguments => ValueTask.FromResult(MayTryAgain(arguments.Outcome.Exception)),
                DelayGenerator = _ => ValueTask.FromResult<TimeSpan?>(settings.BackoffAfter(Failures)),
            })
            .Build();
    }

    /// <summary>Its id, such as <c>0123…+continuous</c>.</summary>
    public string Id { get; }

    /// <summary>What is to be done.</summary>
    public ReplicationRequest Request { get; }

    /// <summary>Who asked for it.</summary>
    public string? User { get; }

    /// <summary>The document that asked for it; null for one from <c>_replicate</c>.</summary>
    public JobOrigin? Origin { get; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>When something last happened to it.</summary>
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>How far it has come.</summary>
    public RunProgress Progress { get; } = new();

    /// <summary>How it ended: a result, or the exception because of which it gave up. A job that is removed is cancelled.</summary>
    public Task<RunResult> Result => _result.Task;

    /// <summary>Where it is in its life.</summary>
    public JobState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }
    }

    /// <summary>How often it has failed since both peers last showed life (<c>error_count</c>).</summary>
    public int Failures
    {
        get
        {
            lock (_gate)
            {
                return _consecutiveFailures;
            }
        }
    }

    /// <summary>Why it failed last; null where it has not, or has shown life since.</summary>
    public DocumentError? Error
    {
        get
        {
            lock (_gate)
            {
                return _error;
            }
        }
    }

    /// <summary>What happened to it, newest first.</summary>
    public IReadOnlyList<JobEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>When its turn began; null where it does not run.</summary>
    internal DateTimeOffset? TurnSince { get; private set; }

    /// <summary>Runs it until it is done or removed. Never throws.</summary>
    internal async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            _result.TrySetResult(await _attempts.RunAsync(async _ => await TakeTurnsAsync(), _removed.Token));
        }
        catch (OperationCanceledException) when (_removed.IsCancellationRequested)
        {
            _result.TrySetCanceled(CancellationToken.None);
        }
        catch (Exception failure)
        {
            Enter(JobState.Failed);
            _result.TrySetException(failure);

            // Nobody has to look.
            _ = _result.Task.Exception;
        }
    }

    /// <summary>Ends its turn, so that others get one; it waits for its next.</summary>
    internal void EndTurn()
    {
        CancellationTokenSource? turn;
        lock (_gate)
        {
            turn = _turn;
        }

        Cancel(turn);
    }

    /// <summary>Ends it.</summary>
    internal void Remove() => Cancel(_removed);

    /// <inheritdoc/>
    public void Dispose() => _removed.Dispose();

    /// <summary>Cancels; whoever waits for it may go on within the call, so no lock may be held.</summary>
    private static void Cancel(CancellationTokenSource? source)
    {
        try
        {
            source?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private static DocumentError Explain(Exception failure) => failure switch
    {
        PeerException peer => peer.Error,
        DocumentException refused => refused.Error,
        _ => new DocumentError(500, "replication_failed", failure.Message),
    };

    private async Task<RunResult> TakeTurnsAsync()
    {
        while (true)
        {
            await _places.EnterAsync(_removed.Token);
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(_removed.Token);
            try
            {
                lock (_gate)
                {
                    _turn = turn;
                    _hasMadeProgress = false;
                    TurnSince = _context.Time.GetUtcNow();
                }

                Note("started");
                Enter(JobState.Running);
                var run = new ReplicationRun(Request, _context, Progress) { OnProgress = ResetBackoff };
                var result = await run.RunAsync(turn.Token);
                Enter(JobState.Completed);
                return result;
            }
            catch (OperationCanceledException) when (turn.IsCancellationRequested && !_removed.IsCancellationRequested)
            {
                Note("stopped");
                Enter(JobState.Pending);
            }
            catch (Exception failure) when (!_removed.IsCancellationRequested)
            {
                Fail(failure);
                ExceptionDispatchInfo.Throw(failure);
            }
            finally
            {
                lock (_gate)
                {
                    _turn = null;
                    TurnSince = null;
                }

                _places.Leave();
            }
        }
    }

    private bool MayTryAgain(Exception? failure)
    {
        if (failure is null || _removed.IsCancellationRequested)
        {
            return false;
        }

        // What a node cannot do yet it cannot do later either.
        if (Explain(failure).Error == "not_implemented")
        {
            return false;
        }

        // A job that a document stands for is kept whatever happens, or nobody would see that it stands still. For the others there is
        // only this process: one that is continuous ends when one of its databases is not there any more,
        // and somebody waits for the answer of the rest.
        var mayPass = failure is not PeerException { IsTransient: false, MustRestart: false };
        return Origin is not null
            || (Request.Options.Continuous && failure is not PeerException { IsTransient: false, Error.Error: "db_not_found" })
            || (_hasMadeProgress && _failures < MaxOneShotFailures && failure is PeerException && mayPass);
    }

    private void ResetBackoff()
    {
        lock (_gate)
        {
            _hasMadeProgress = true;
            _consecutiveFailures = 0;
            _error = null;
        }
    }

    private void Fail(Exception failure)
    {
        var error = Explain(failure);
        lock (_gate)
        {
            _failures++;
            _consecutiveFailures++;
            _error = error;
        }

        Note("crashed", $"{error.Error}: {error.Reason}");
        Enter(JobState.Crashing);
        _context.Log(failure is PeerException or StorageException or DocumentException
            ? $"The replication {Id} failed: {error.Error}: {error.Reason}"
            : $"The replication {Id} failed because of a defect: {failure}");
    }

    private void Enter(JobState state)
    {
        lock (_gate)
        {
            _state = state;
            UpdatedAt = _context.Time.GetUtcNow();
        }
    }

    private void Note(string type, string? reason = null)
    {
        lock (_gate)
        {
            UpdatedAt = _context.Time.GetUtcNow();
            _events.AddFirst(new JobEvent(type, UpdatedAt, reason));
            while (_events.Count > _settings.MaxHistory)
            {
                _events.RemoveLast();
            }
        }
    }
}
