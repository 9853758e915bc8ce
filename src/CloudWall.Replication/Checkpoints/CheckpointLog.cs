using CloudWall.Documents;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Checkpoints;

/// <summary>The checkpoints of one replication: the same local document on the source and on the target.</summary>
internal sealed class CheckpointLog
{
    private readonly Peer _source;
    private readonly Peer _target;
    private readonly string _id;
    private string? _sourceRevision;
    private string? _targetRevision;

    private CheckpointLog(Peer source, Peer target, string id)
    {
        _source = source;
        _target = target;
        _id = id;
    }

    /// <summary>What both sides agree on.</summary>
    public ReplicationHistory History { get; private set; } = ReplicationHistory.Empty;

    /// <summary>Reads what both sides know of a replication.</summary>
    public static async Task<CheckpointLog> ReadAsync(Peer source, Peer target, string id, CancellationToken cancellation)
    {
        var log = new CheckpointLog(source, target, id);
        var onSource = source.ReadLocalAsync(id, cancellation);
        var onTarget = target.ReadLocalAsync(id, cancellation);
        await Task.WhenAll(onSource, onTarget);
        log._sourceRevision = (await onSource)?.Revision;
        log._targetRevision = (await onTarget)?.Revision;
        log.History = ReplicationHistory.Common(Parse(await onSource), Parse(await onTarget));
        return log;
    }

    /// <summary>Records how far a session has come, on both sides. What was written before is made safe first.</summary>
    /// <param name="session">The session.</param>
    /// <param name="byDocumentIds">Whether the replication is one by <c>doc_ids</c>.</param>
    /// <param name="instances">The databases as they were found; another incarnation of one must not get the checkpoint.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException">One of them could not be written; nothing is skipped because of it.</exception>
    public async Task WriteAsync(
        Session session, bool byDocumentIds, (PeerInfo Source, PeerInfo Target) instances, CancellationToken cancellation)
    {
        var source = _source.EnsureFullCommitAsync(cancellation);
        var target = _target.EnsureFullCommitAsync(cancellation);
        await Task.WhenAll(source, target);
        CheckInstance(instances.Source, await source, "source");
        CheckInstance(instances.Target, await target, "target");
        var next = History.With(session);
        var body = next.ToJson(byDocumentIds);

        // The target's first: what it says of itself is true even if the source never hears of it.
        _targetRevision = await WriteAsync(_target, _targetRevision, session, body, cancellation);
        _sourceRevision = await WriteAsync(_source, _sourceRevision, session, body, cancellation);
        History = next;
    }

    /// <summary>
    /// Makes sure that both sides still have what was recorded last: one that was put back to an earlier moment, or made anew, has not,
    /// and would not be noticed while there is nothing to copy.
    /// </summary>
    /// <exception cref="PeerException">One of them has not, or cannot be asked.</exception>
    public async Task VerifyAsync(CancellationToken cancellation)
    {
        await VerifyAsync(_target, _targetRevision, cancellation);
        await VerifyAsync(_source, _sourceRevision, cancellation);
    }

    private async Task VerifyAsync(Peer peer, string? revision, CancellationToken cancellation)
    {
        if ((await peer.ReadLocalAsync(_id, cancellation))?.Revision != revision)
        {
            throw new PeerException(
                new DocumentError(500, "checkpoint_lost", $"{peer.Name} does not have the last checkpoint any more: it was restored or emptied."),
                isTransient: false)
            {
                MustRestart = true,
            };
        }
    }

    private static ReplicationHistory Parse(LocalDocumentState? found) =>
        found is null ? ReplicationHistory.Empty : ReplicationHistory.Parse(found.Body);

    private static void CheckInstance(PeerInfo known, string startTime, string side)
    {
        if (known.InstanceStartTime != startTime && known.InstanceStartTime is not (null or "0") && startTime != "0")
        {
            throw new PeerException(
                new DocumentError(
                    500, "checkpoint_commit_failure", $"instance_start_time on {side} database has changed since last checkpoint."),
                isTransient: false)
            {
                MustRestart = true,
            };
        }
    }

    private async Task<string> WriteAsync(
        Peer peer, string? revision, Session session, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        try
        {
            return await peer.WriteLocalAsync(_id, revision, body, cancellation);
        }
        catch (PeerException conflict) when (conflict.Error.Status == 409)
        {
            // Our own write may have got there although its answer did not. Anybody else's means that the checkpoint is not ours any more.
            if (await peer.ReadLocalAsync(_id, cancellation) is { } found
                && Parse(found) is { } there
                && there.SessionId == session.Id
                && there.SourceSequence == session.RecordedSequence)
            {
                return found.Revision;
            }

            throw new PeerException(
                new DocumentError(500, "checkpoint_commit_failure", $"The checkpoint on {peer.Name} was changed by somebody else."),
                isTransient: false,
                conflict)
            {
                MustRestart = true,
            };
        }
    }
}
