using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using CloudWall.Documents;
using CloudWall.Documents.Waiting;
using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using Polly;
using Polly.Retry;

namespace CloudWall.Replication.Runs;

/// <summary>
/// One run of a replication: from its last checkpoint to the end of the source's changes or, if it is continuous, until it is cancelled.
/// It reads changes ahead, copies batches with several workers, and writes checkpoints in the order of the changes. It throws if a
/// peer still fails after a few retries; the next run then continues from the last checkpoint. A revision that its source does not send
/// whole holds up nothing: it is postponed (<see cref="PostponedRevisions"/>).
/// </summary>
public sealed class ReplicationRun
{
    /// <summary>How long a source is given at least for an answer that nothing has changed: some do not wait for changes.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    private readonly ReplicationRequest _request;
    private readonly RunContext _context;
    private readonly ResiliencePipeline _retries;
    private readonly string _started;
    private RunCheckpoints? _checkpoints;
    private ReplicationHistory _found = ReplicationHistory.Empty;
    private bool _isTargetEmpty;
    private string _start = "0";
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
                Randomizer = context.Fraction,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(30),
                ShouldHandle = new PredicateBuilder().Handle<PeerException>(static failure => failure.IsTransient),
            })
            .Build();
    }

    /// <summary>How far it has come.</summary>
    public RunProgress Progress { get; }

    /// <summary>
    /// Called after each copied batch and each empty poll, but not before the run has passed what the last one had no room for, nor while
    /// the source may still send the same changes over and over; whoever restarts failed runs resets its back-off.
    /// </summary>
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
        catch (Exception failure) when (
            PostponedRevisions.IsTooMany(failure) || (failure is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            await _checkpoints!.WriteFinalAsync(target);
            throw;
        }

        _checkpoints!.Count(source);
        if (_hasRows || _checkpoints.HasNews)
        {
            await _checkpoints.WriteAsync(target, cancellation);
        }

        // CouchDB writes a checkpoint where a filter passed nothing, but leaves it out of the result.
        return new RunResult(
            _hasRows ? _checkpoints.History : _found,
            _hasRows,
            _request.Options.UseCheckpoints,
            _request.Selection.DocumentIds is not null);
    }

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
        var log = await CheckpointLog.ReadAsync(
            id,
            (source, new PeerState(sourceServer, sourceInfo)),
            (target, new PeerState(targetServer, targetInfo)),
            _context.CheckpointKey,
            cancellation);
        _found = log.History;
        _checkpoints = new RunCheckpoints(_request, _context, Progress, log, _retries, _started);
        _checkpoints.Begin();
        _start = _checkpoints.Start;
        Progress.Begin(log.History.Newest?.Statistics ?? new ReplicationStatistics(), _start, sourceInfo.UpdateSequence);
        if (_start == "0" && !targetInfo.IsEmpty && log.History.SessionId is null)
        {
            _context.Log($"{source.Name} → {target.Name}: nothing is known of an earlier replication, so all of it is compared.");
        }
    }

    private async Task CopyAsync(Peer source, Peer target, CancellationToken cancellation)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ExceptionDispatchInfo? failure = null;
        var places = new Turns(_request.Options.CopiesAtOnce);
        var retry = new PostponedRetry(
            Progress,
            _checkpoints!,
            () => Copy(source, target, isRetry: true),
            places,
            _context.Time,
            revision => _context.Log($"{source.Name} has {revision.Id} {revision.Revision} no more, and did not send it whole before."));
        var pages = Channel.CreateBounded<(PeerChanges Changes, BatchOrder.Batch Batch)>(_request.Options.WorkersAtOnce);
        var parts = new List<Task> { GuardAsync(ReadAsync(source, pages.Writer, stopping.Token)) };
        for (var i = 0; i < _request.Options.WorkersAtOnce; i++)
        {
            parts.Add(GuardAsync(WorkAsync(source, target, places, retry, pages.Reader, stopping.Token)));
        }

        // Checkpoints are written until all the rest has ended, so nothing may wait for their end alone.
        var checkpoints = GuardAsync(_checkpoints!.RecordAsync(source, target, stopping.Token));
        var retrying = GuardAsync(retry.RunAsync(stopping.Token));
        await Task.WhenAll(parts);
        retry.End();
        await retrying;
        await stopping.CancelApartAsync();
        await checkpoints;
        _hasRows |= retry.HasStored;
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
                    await stopping.CancelApartAsync();
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
            var (asked, isLater) = (_context.Time.GetTimestamp(), _hasRead);

            // Later failures end the run, however short: who answers next may have been restored to an earlier moment, and the
            // comparison of the checkpoints at the start of a run is what finds that out.
            var page = _hasRead
                ? await source.ReadChangesAsync(
                    since, _request.Options.BatchSize, _request.Options.Continuous, _request.Selection, cancellation)
                : await _retries.RunAsync(
                    async token => await source.ReadChangesAsync(
                        _start, _request.Options.BatchSize, wait: false, _request.Selection, token),
                    cancellation);
            RequireNews(source, page, since);
            Progress.StandsStill &= !isLater && page.Rows.Count > 0;
            if (page.Rows.Count == 0)
            {
                ShowProgress();
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
            if (page.Rows.Count > 0 || !ReplicationHistory.IsSame(page.LastSequence, since))
            {
                _hasRows |= page.Rows.Count > 0;
                await pages.WriteAsync((page, _checkpoints!.Add(page.LastSequence)), cancellation);
            }

            if (!_request.Options.Continuous && page.IsEnd)
            {
                pages.Complete();
                return;
            }

            if (isLater && page.LastSequence == since && _context.Time.GetElapsedTime(asked) is var waited && waited < ShortestWait)
            {
                await Task.Delay(ShortestWait - waited, _context.Time, cancellation);
            }

            since = page.LastSequence;
        }
    }

    /// <exception cref="PeerException">The source sends changes after which it would be asked for the same ones again.</exception>
    private void RequireNews(Peer source, PeerChanges page, string since)
    {
        if (page.Rows.Count > 0 && page.LastSequence == since && (_request.Options.Continuous || !page.IsEnd))
        {
            Progress.StandsStill = true;
            throw new PeerException(
                new DocumentError(500, "source_stands_still", $"{source.Name} sends the same changes over and over."), isTransient: true);
        }
    }

    private async Task WorkAsync(
        Peer source,
        Peer target,
        Turns places,
        PostponedRetry retry,
        ChannelReader<(PeerChanges Changes, BatchOrder.Batch Batch)> pages,
        CancellationToken cancellation)
    {
        while (await pages.WaitToReadAsync(cancellation))
        {
            if (!pages.TryRead(out var page))
            {
                // Another worker was faster.
                continue;
            }

            var (changes, batch) = page;
            if (changes.Rows.Count == 0)
            {
                _checkpoints!.End(batch, []);
                continue;
            }

            var copy = Copy(source, target, isRetry: false);
            await places.EnterAsync(cancellation);
            try
            {
                await _retries.RunAsync(
                    async token => await copy.RunAsync(changes.Rows, _isTargetEmpty && _start == "0", token), cancellation);
            }
            finally
            {
                places.Leave();
            }

            foreach (var failure in copy.NotSent)
            {
                await PostponeAsync(source, retry, failure, cancellation);
            }

            Progress.Postponed.Passed(changes.Rows);
            _checkpoints!.End(batch, copy.ToVerify);
            ShowProgress();
        }
    }

    private BatchCopy Copy(Peer source, Peer target, bool isRetry) => new(
        source,
        target,
        Progress,
        failure => _context.Log(
            $"{source.Name} → {target.Name}: {failure.Id} {failure.Revision} was refused: {failure.Error.Error}: {failure.Error.Reason}"),
        _context.Memory)
    {
        IsRetry = isRetry,
    };

    /// <exception cref="PeerException">There is no room, so no checkpoint may pass it.</exception>
    private async Task PostponeAsync(Peer source, PostponedRetry retry, WriteFailure failure, CancellationToken cancellation)
    {
        var reason = $"{failure.Error.Error}: {failure.Error.Reason}";
        var isNew = PostponedList.Takes(failure.Id) ? Progress.Postponed.Add(failure, _context.Time) : true;
        if (isNew is null && _request.Options.UseCheckpoints)
        {
            // Others may have come meanwhile, or are not to be had any more.
            await retry.AskAsync(isLast: false, cancellation);
            isNew = Progress.Postponed.Add(failure, _context.Time)
                ?? throw PostponedRevisions.TooMany($"{source.Name} did not send {failure.Id} and many others whole: {reason}");
        }

        if (isNew == false)
        {
            return;
        }

        _context.Log($"{source.Name} did not send {failure.Id} {failure.Revision} whole: {reason}");
        Progress.Add(new ReplicationStatistics { Read = 1, Failures = 1 });
    }

    /// <summary>Tells of progress, unless the run may only come as far as the last one, or stand still.</summary>
    private void ShowProgress()
    {
        if (!Progress.StandsStill && (!Progress.Postponed.HasRefused || !_request.Options.UseCheckpoints))
        {
            OnProgress?.Invoke();
        }
    }
}
