using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using CloudWall.Documents;
using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using Polly;
using Polly.Retry;

namespace CloudWall.Replication.Runs;

/// <summary>
/// One run of a replication: from its last checkpoint to the end of the source's changes or, if it is continuous, until it is cancelled.
/// It reads changes ahead, copies batches with several workers, and writes checkpoints in the order of the changes. It throws if a
/// peer still fails after a few retries; the next run then continues from the last checkpoint.
/// </summary>
public sealed class ReplicationRun
{
    /// <summary>The time allowed for the final checkpoint after a run was cancelled.</summary>
    private static readonly TimeSpan FinalCheckpointTimeout = TimeSpan.FromSeconds(5);

    /// <summary>After this many intervals without a new checkpoint, the run reads the last one again on both peers.</summary>
    private const int IdleIntervals = 10;

    /// <summary>About how many revisions a checkpoint verifies on the target at most.</summary>
    private const int MaxToVerify = 10_000;

    private readonly ReplicationRequest _request;
    private readonly RunContext _context;
    private readonly ResiliencePipeline _retries;
    private readonly BatchOrder _order = new();
    private readonly Lock _gate = new();
    private readonly string _started;
    private readonly List<PeerChange> _toVerify = [];
    private TaskCompletionSource _due = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CheckpointLog? _log;
    private ReplicationHistory _found = ReplicationHistory.Empty;
    private bool _isTargetEmpty;
    private (long Attempts, long Documents) _counted;
    private string _session = string.Empty;
    private string _start = "0";
    private string _through = "0";
    private string _recorded = "0";
    private bool _hasRows;
    private bool _hasRead;

    /// <summary>A run that has not begun.</summary>
    /// <param name="request">What is to be done.</param>
    /// <param name="context">What it needs of the node.</param>
    /// <param name="progress">Where it is seen how far it has come.</param>
    public ReplicationRun(ReplicationRequest request, RunContext context, RunProgress progress)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(progress);
        _request = request;
        _context = context;
        Progress = progress;
        _started = ReplicationHistory.Format(context.Time.GetUtcNow());
        _retries = new ResiliencePipelineBuilder { TimeProvider = context.Time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Math.Max(1, request.Options.Retries),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(30),
                ShouldHandle = new PredicateBuilder().Handle<PeerException>(static failure => failure.IsTransient),
            })
            .Build();
    }

    /// <summary>How far it has come.</summary>
    public RunProgress Progress { get; }

    /// <summary>Called after each copied batch and each empty poll; whoever restarts failed runs resets its back-off.</summary>
    public Action? OnProgress { get; set; }

    /// <summary>Runs it.</summary>
    /// <param name="cancellation">Stops it, after what was done has been recorded.</param>
    /// <returns>How it ended; a continuous one does not end.</returns>
    /// <exception cref="PeerException">A peer failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<RunResult> RunAsync(CancellationToken cancellation)
    {
        await using var source = _context.Open(_request.Source, _request.Options);
        await using var target = _context.Open(_request.Target, _request.Options);
        if (_request.Selection.DocumentIds is { Count: 0 })
        {
            return new RunResult(ReplicationHistory.Empty, HasChanges: false, UsesCheckpoints: true, ByDocumentIds: true);
        }

        await BeginAsync(source, target, cancellation);
        try
        {
            await CopyAsync(source, target, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await WriteFinalCheckpointAsync(target);
            throw;
        }

        Progress.Count(source, ref _counted);
        if (_hasRows || !IsSame(_through, _start))
        {
            await _retries.ExecuteAsync(async token => await CheckpointAsync(target, token), cancellation);
        }

        // CouchDB writes a checkpoint where a filter passed nothing, but leaves it out of the result.
        return new RunResult(
            _hasRows ? _log!.History : _found, _hasRows, _request.Options.UseCheckpoints, _request.Selection.DocumentIds is not null);
    }

    /// <summary>Whether two sequences name the same place: their leading numbers are equal.</summary>
    private static bool IsSame(string one, string other) =>
        one == other || (ReplicationHistory.Number(one) is { } number && number == ReplicationHistory.Number(other));

    private static string? Identity(string? server, Endpoint endpoint, PeerInfo info) =>
        server is null ? null : $"{server} {endpoint.DatabaseName} {info.Identity}";

    private async Task BeginAsync(Peer source, Peer target, CancellationToken cancellation)
    {
        var sourceInfo = await source.ReadInfoAsync(cancellation);
        if (_request.Options.CreateTarget)
        {
            await target.CreateAsync(_request.Options.CreateTargetParameters, cancellation);
        }

        var targetInfo = await target.ReadInfoAsync(cancellation);
        _isTargetEmpty = targetInfo.IsEmpty;
        var sourceServer = await source.ReadServerAsync(cancellation);
        var targetServer = await target.ReadServerAsync(cancellation);
        var code = _request.Selection.Filter is { } filter && filter.Contains('/', StringComparison.Ordinal)
            ? await source.ReadFilterCodeAsync(filter, cancellation)
            : null;
        var id = _request.CheckpointId(
            _context.NodeId,
            Identity(sourceServer.Id, _request.Source, sourceInfo),
            Identity(targetServer.Id, _request.Target, targetInfo),
            code);
        _log = await CheckpointLog.ReadAsync(
            id, (source, new PeerState(sourceServer, sourceInfo)), (target, new PeerState(targetServer, targetInfo)), cancellation);
        _found = _log.History;
        _session = _context.NewId();
        _start = _request.Options.SinceSequence ?? _log.History.SourceSequence;
        _through = _recorded = _start;
        Progress.Begin(_log.History.Newest?.Statistics ?? new ReplicationStatistics(), _start, sourceInfo.UpdateSequence);
        if (_start == "0" && !targetInfo.IsEmpty && _log.History.SessionId is null)
        {
            _context.Log($"{source.Name} → {target.Name}: nothing is known of an earlier replication, so all of it is compared.");
        }
    }

    private async Task CopyAsync(Peer source, Peer target, CancellationToken cancellation)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ExceptionDispatchInfo? failure = null;
        var pages = Channel.CreateBounded<(PeerChanges Changes, BatchOrder.Batch Batch)>(_request.Options.WorkersAtOnce);
        var parts = new List<Task> { GuardAsync(ReadAsync(source, pages.Writer, stopping.Token)) };
        for (var i = 0; i < _request.Options.WorkersAtOnce; i++)
        {
            parts.Add(GuardAsync(WorkAsync(source, target, pages.Reader, stopping.Token)));
        }

        // Checkpoints are written until all the rest has ended, so nothing may wait for their end alone.
        var checkpoints = GuardAsync(RecordAsync(source, target, stopping.Token));
        await Task.WhenAll(parts);
        await stopping.CancelAsync();
        await checkpoints;
        failure?.Throw();
        cancellation.ThrowIfCancellationRequested();

        // The first part that fails ends all others: they would wait for each other for ever at the channel.
        async Task GuardAsync(Task part)
        {
            try
            {
                await part;
            }
            catch (Exception thrown)
            {
                if (!stopping.IsCancellationRequested)
                {
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(thrown), null);
                    await stopping.CancelAsync();
                }
            }
        }
    }

    /// <summary>Reads the changes ahead of the workers, as far as there is room.</summary>
    private async Task ReadAsync(
        Peer source, ChannelWriter<(PeerChanges Changes, BatchOrder.Batch Batch)> pages, CancellationToken cancellation)
    {
        var since = _start;
        while (true)
        {
            // Later failures end the run, however short: who answers next may have been restored to an earlier moment, and the
            // comparison of the checkpoints at the start of a run is what finds that out.
            var page = _hasRead
                ? await source.ReadChangesAsync(
                    since, _request.Options.BatchSize, _request.Options.Continuous, _request.Selection, cancellation)
                : await _retries.ExecuteAsync(
                    async token => await source.ReadChangesAsync(
                        _start, _request.Options.BatchSize, wait: false, _request.Selection, token),
                    cancellation);
            if (page.Rows.Count == 0)
            {
                OnProgress?.Invoke();
            }

            _hasRead = true;

            if (ReplicationHistory.Number(page.LastSequence) < ReplicationHistory.Number(since))
            {
                throw new PeerException(
                    new DocumentError(500, "source_went_back", $"{source.Name} has fewer changes than before: it was restored or emptied."),
                    isTransient: false)
                {
                    MustRestart = true,
                };
            }

            Progress.Read(page.LastSequence, page.Pending);
            if (page.Rows.Count > 0 || !IsSame(page.LastSequence, since))
            {
                BatchOrder.Batch batch;
                lock (_gate)
                {
                    _hasRows |= page.Rows.Count > 0;
                    batch = _order.Add(page.LastSequence);
                }

                await pages.WriteAsync((page, batch), cancellation);
            }

            since = page.LastSequence;
            if (!_request.Options.Continuous && page.IsEnd)
            {
                pages.Complete();
                return;
            }
        }
    }

    private async Task WorkAsync(
        Peer source, Peer target, ChannelReader<(PeerChanges Changes, BatchOrder.Batch Batch)> pages, CancellationToken cancellation)
    {
        await foreach (var (changes, batch) in pages.ReadAllAsync(cancellation))
        {
            if (changes.Rows.Count > 0)
            {
                var copy = new BatchCopy(
                    source,
                    target,
                    Progress,
                    failure => _context.Log(
                        $"{target.Name} refused {failure.Id} {failure.Revision}: {failure.Error.Error}: {failure.Error.Reason}"),
                    _context.Memory);
                await _retries.ExecuteAsync(
                    async token => await copy.RunAsync(changes.Rows, _isTargetEmpty && _start == "0", token), cancellation);
                End(batch, copy.ToVerify);
                OnProgress?.Invoke();
            }
            else
            {
                End(batch, []);
            }
        }
    }

    private void End(BatchOrder.Batch batch, List<PeerChange> toVerify)
    {
        lock (_gate)
        {
            _toVerify.AddRange(toVerify);
            if (_toVerify.Count >= MaxToVerify)
            {
                _due.TrySetResult();
            }

            if (_order.End(batch) is { } through)
            {
                _through = through;
                Progress.Done(through);
            }
        }
    }

    /// <summary>Records how far the run has come, now and then, until the run has ended.</summary>
    private async Task RecordAsync(Peer source, Peer target, CancellationToken cancellation)
    {
        for (var idle = 1; ; idle++)
        {
            await WaitForCheckpointAsync(cancellation);
            Progress.Count(source, ref _counted);
            if (await _retries.ExecuteAsync(async token => await CheckpointAsync(target, token), cancellation))
            {
                idle = 0;
            }
            else if (idle % IdleIntervals == 0 && _request.Options.UseCheckpoints)
            {
                await VerifyAsync(cancellation);
            }
        }
    }

    /// <summary>Waits until a checkpoint is due: after the interval, or when there is so much that it must be recorded for.</summary>
    private async Task WaitForCheckpointAsync(CancellationToken cancellation)
    {
        TaskCompletionSource due;
        lock (_gate)
        {
            due = _due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_toVerify.Count >= MaxToVerify && !IsSame(_through, _recorded))
            {
                return;
            }
        }

        try
        {
            await due.Task.WaitAsync(_request.Options.CheckpointInterval, _context.Time, cancellation);
        }
        catch (TimeoutException)
        {
            // The interval is over.
        }
    }

    private async Task VerifyAsync(CancellationToken cancellation)
    {
        try
        {
            await _log!.VerifyAsync(cancellation);
        }
        catch (PeerException failure) when (failure.IsTransient)
        {
            // Who cannot be reached now is asked next time, or when there is something to copy.
        }
    }

    /// <returns>Whether there was something to record.</returns>
    private async Task<bool> CheckpointAsync(Peer target, CancellationToken cancellation)
    {
        if (!_request.Options.UseCheckpoints)
        {
            return false;
        }

        string through;
        List<PeerChange> toVerify;
        lock (_gate)
        {
            through = _through;
            toVerify = [.. _toVerify];
        }

        if (through == _recorded)
        {
            return false;
        }

        var session = new Session(
            _session, _started, ReplicationHistory.Format(_context.Time.GetUtcNow()), _start, through, Progress.Statistics);
        await _log!.WriteAsync(
            session, _request.Selection.DocumentIds is not null, token => VerifyTargetAsync(target, toVerify, token), cancellation);
        lock (_gate)
        {
            _toVerify.RemoveRange(0, toVerify.Count);
        }

        _recorded = through;
        Progress.Recorded(through);
        return true;
    }

    /// <summary>
    /// A target that was restored to an earlier moment since the last checkpoint has lost a stretch of what was stored, and may not have
    /// failed a single request. So it is asked for what it must have.
    /// </summary>
    private async Task VerifyTargetAsync(Peer target, List<PeerChange> toVerify, CancellationToken cancellation)
    {
        foreach (var some in toVerify.Chunk(_request.Options.BatchSize))
        {
            if ((await target.FindMissingAsync(some, cancellation)) is not [var lost, ..])
            {
                continue;
            }

            throw new PeerException(
                new DocumentError(
                    500, "target_went_back", $"{target.Name} has lost {lost.Id}, which was stored: it was restored or emptied."),
                isTransient: false)
            {
                MustRestart = true,
            };
        }
    }

    private async Task WriteFinalCheckpointAsync(Peer target)
    {
        using var timeout = new CancellationTokenSource(FinalCheckpointTimeout, _context.Time);
        try
        {
            await CheckpointAsync(target, timeout.Token);
        }
        catch (Exception failure) when (failure is PeerException or OperationCanceledException)
        {
            // The next run copies the changes since the last checkpoint again.
        }
    }
}
