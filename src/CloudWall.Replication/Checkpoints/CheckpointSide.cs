using CloudWall.Documents;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Checkpoints;

/// <summary>One side's copy of a replication's checkpoint, and what that side was when the run began.</summary>
internal sealed class CheckpointSide
{
    private readonly Peer _peer;
    private readonly string _id;
    private readonly PeerState _state;
    private readonly PostponedList _list;
    private string? _revision;
    private Session? _last;
    private Session? _tried;
    private IReadOnlyList<PostponedRevision> _listed = [];
    private ReplicationHistory _base = ReplicationHistory.Empty;

    private CheckpointSide(Peer peer, string id, PeerState state, PostponedList list)
    {
        _peer = peer;
        _id = id;
        _state = state;
        _list = list;
    }

    /// <summary>What the checkpoint said when it was read first.</summary>
    public ReplicationHistory Found { get; private set; } = ReplicationHistory.Empty;

    /// <summary>What it said then that was postponed.</summary>
    public IReadOnlyList<PostponedRevision> Postponed { get; private set; } = [];

    /// <summary>Reads a side's checkpoint.</summary>
    public static async Task<CheckpointSide> ReadAsync(
        Peer peer, string id, PeerState state, PostponedList list, CancellationToken cancellation)
    {
        var side = new CheckpointSide(peer, id, state, list);
        var found = await peer.ReadLocalAsync(id, cancellation);
        side._revision = found?.Revision;
        (side.Found, side.Postponed) = side.Parse(found);
        side._listed = side.Postponed;
        side._last = side.Found.Newest;
        return side;
    }

    /// <summary>Begins with what both sides agree on.</summary>
    public void Begin(ReplicationHistory common) => _base = common;

    /// <summary>Makes safe what was written.</summary>
    /// <exception cref="PeerException">The database is not the one that it was.</exception>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        var startTime = await _peer.EnsureFullCommitAsync(cancellation);
        var known = _state.Database.InstanceStartTime;
        if (known != startTime && known is not (null or "0") && startTime != "0")
        {
            throw Lost("checkpoint_commit_failure", $"instance_start_time on {_peer.Name} has changed since last checkpoint.");
        }
    }

    /// <summary>
    /// Makes sure that the side is what it was: it still has what was recorded last, and runs since. Local documents know no conflicts, so
    /// that writing one would not tell. Another job of the same replication may have recorded more.
    /// </summary>
    /// <returns>
    /// What is postponed besides what was recorded last: by that job, or earlier by this one, of a side that was put back to the moment
    /// before the last record of the same sequence.
    /// </returns>
    /// <exception cref="PeerException">It is not, or cannot be asked.</exception>
    public async Task<IReadOnlyList<PostponedRevision>> VerifyAsync(CancellationToken cancellation)
    {
        if (_state.Server.Boot is { } boot && (await _peer.ReadServerAsync(cancellation)).Boot != boot)
        {
            throw Lost("peer_restarted", $"{_peer.Name} was started anew: what it has is compared with the last checkpoint.");
        }

        var found = await _peer.ReadLocalAsync(_id, cancellation);
        var (history, postponed) = Parse(found);
        if (_last is not null && !history.Has(_last) && (_tried is null || !history.Has(_tried)))
        {
            throw Lost("checkpoint_lost", $"{_peer.Name} does not have the last checkpoint any more: it was restored or emptied.");
        }

        _revision = found?.Revision;
        if (history.SessionId != _last?.Id && history.SessionId != _tried?.Id)
        {
            _base = history;
        }

        return PostponedRevision.Except(postponed, _listed);
    }

    /// <summary>Records how far a session has come.</summary>
    /// <returns>What was recorded.</returns>
    public async Task<ReplicationHistory> WriteAsync(
        Session session, IReadOnlyList<PostponedRevision> postponed, bool byDocumentIds, CancellationToken cancellation)
    {
        _tried = session;
        _listed = postponed;
        var next = _base.With(session);
        var body = next.ToJson(byDocumentIds, json => _list.Write(json, postponed));
        _revision = await _peer.WriteLocalAsync(_id, _revision, body, cancellation);
        _last = session;
        return next;
    }

    /// <summary>A checkpoint whose list is not to be believed is none.</summary>
    private (ReplicationHistory History, IReadOnlyList<PostponedRevision> Postponed) Parse(LocalDocumentState? found) =>
        found is not null && _list.Read(found.Body) is { } postponed
            ? (ReplicationHistory.Parse(found.Body), postponed)
            : (ReplicationHistory.Empty, []);

    private static PeerException Lost(string error, string reason) =>
        new(new DocumentError(500, error, reason), isTransient: false) { MustRestart = true };
}
