using CloudWall.Replication.Peers;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Checkpoints;

/// <summary>The checkpoints of one replication: the same local document on the source and on the target.</summary>
internal sealed class CheckpointLog
{
    private readonly CheckpointSide _source;
    private readonly CheckpointSide _target;

    private CheckpointLog(CheckpointSide source, CheckpointSide target)
    {
        _source = source;
        _target = target;
        History = ReplicationHistory.Common(source.Found, target.Found);
        Postponed = History.SessionId is null ? [] : PostponedRevision.Union(source.Postponed, target.Postponed);
        if (!PostponedList.Fits(Postponed))
        {
            (History, Postponed) = (ReplicationHistory.Empty, []);
        }

        source.Begin(History);
        target.Begin(History);
    }

    /// <summary>What both sides agree on.</summary>
    public ReplicationHistory History { get; private set; }

    /// <summary>What is postponed according to either side; none where nothing is agreed on, since all is compared then.</summary>
    public IReadOnlyList<PostponedRevision> Postponed { get; }

    /// <summary>Told of what a side names as postponed besides what was written last.</summary>
    public Action<IReadOnlyList<PostponedRevision>>? OnAdopted { get; set; }

    /// <summary>Reads what both sides know of a replication.</summary>
    /// <param name="id">The local document's id, without its <c>_local/</c>.</param>
    /// <param name="source">The source, and what it was before anything was read of it.</param>
    /// <param name="target">The target, and what it was before anything was written to it.</param>
    /// <param name="key">A secret of the node, with which lists of what is postponed are sealed.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<CheckpointLog> ReadAsync(
        string id,
        (Peer Peer, PeerState State) source,
        (Peer Peer, PeerState State) target,
        ReadOnlyMemory<byte> key,
        CancellationToken cancellation)
    {
        var list = new PostponedList(key, id);
        var onSource = CheckpointSide.ReadAsync(source.Peer, id, source.State, list, cancellation);
        var onTarget = CheckpointSide.ReadAsync(target.Peer, id, target.State, list, cancellation);
        await Task.WhenAll(onSource, onTarget);
        return new CheckpointLog(await onSource, await onTarget);
    }

    /// <summary>Records how far a session has come, on both sides. What was written before is made safe first.</summary>
    /// <param name="session">The session.</param>
    /// <param name="postponed">What the session has passed, but could not have of the source.</param>
    /// <param name="byDocumentIds">Whether the replication is one by <c>doc_ids</c>.</param>
    /// <param name="question">Asks the target for what was written since the last checkpoint.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="PeerException">One of them could not be written; nothing is skipped because of it.</exception>
    public async Task WriteAsync(
        Session session,
        IReadOnlyList<PostponedRevision> postponed,
        bool byDocumentIds,
        Func<CancellationToken, Task> question,
        CancellationToken cancellation)
    {
        await Task.WhenAll(_source.CommitAsync(cancellation), _target.CommitAsync(cancellation));
        postponed = PostponedRevision.Union(postponed, await VerifyAsync(cancellation));

        // The target's first: what it says of itself is true even if the source never hears of it. It is questioned afterwards: a target
        // that is put back before that either lacks what it is asked for, or the checkpoint, which then counts on neither side.
        await _target.WriteAsync(session, postponed, byDocumentIds, cancellation);
        await question(cancellation);
        History = await _source.WriteAsync(session, postponed, byDocumentIds, cancellation);
    }

    /// <summary>
    /// Makes sure that both sides still have what was recorded last: one that was put back to an earlier moment, or made anew, has not,
    /// and would not be noticed while there is nothing to copy.
    /// </summary>
    /// <returns>What is postponed besides what was written last, as by another job of the same replication.</returns>
    /// <exception cref="PeerException">One of them has not, or cannot be asked, or there is no room for what else is postponed.</exception>
    public async Task<IReadOnlyList<PostponedRevision>> VerifyAsync(CancellationToken cancellation)
    {
        var found = await Task.WhenAll(_source.VerifyAsync(cancellation), _target.VerifyAsync(cancellation));
        var adopted = PostponedRevision.Union(found[0], found[1]);
        OnAdopted?.Invoke(adopted);
        return adopted;
    }
}
