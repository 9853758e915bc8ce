using CloudWall.Documents.Waiting;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;

namespace CloudWall.Mesh.Sync;

/// <summary>
/// The policy of a mesh: what one member has, all have. It pulls from each member of the roster, and stops when one is a member no more.
/// </summary>
/// <param name="own">This node.</param>
/// <param name="roster">Who is in the mesh now.</param>
/// <param name="connect">Makes the way to a member. Nothing is asked of it yet.</param>
/// <param name="pull">Pulls a database.</param>
/// <param name="time">The clock.</param>
/// <param name="fraction">Numbers from 0 to 1, which keep many from trying again at the same moment.</param>
public sealed class MeshSync(
    MemberId own,
    Func<MeshRoster> roster,
    Func<MemberId, MemberLink> connect,
    DatabasePull pull,
    TimeProvider time,
    Func<double> fraction)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<MemberId, (MemberPull Pull, CancellationTokenSource Ending, Task Running)> _pulls = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>How far this node has come with each member.</summary>
    public IReadOnlyDictionary<MemberId, PullStatus> Status
    {
        get
        {
            lock (_gate)
            {
                return _pulls.ToDictionary(static entry => entry.Key, static entry => entry.Value.Pull.Status);
            }
        }
    }

    /// <summary>The roster has changed.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _changed.TrySetResult();
        }
    }

    /// <summary>Pulls until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    _changed = NewSignal();
                    changed = _changed.Task;
                }

                await SettleAsync(cancellation);
                await changed.OrCancelledAsync(cancellation);
            }
        }
        finally
        {
            await EndAsync([.. _pulls.Keys]);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins and ends pulls, so that there is one for each other member. This node pulls nothing while it is no member.</summary>
    private async Task SettleAsync(CancellationToken cancellation)
    {
        var members = roster().Members;
        var wanted = members.ContainsKey(own) ? members.Keys.Where(member => member != own).ToHashSet() : [];
        await EndAsync([.. _pulls.Keys.Where(member => !wanted.Contains(member))]);
        lock (_gate)
        {
            foreach (var member in wanted.Where(member => !_pulls.ContainsKey(member)).Order())
            {
                var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                var one = new MemberPull(connect(member), pull, time, fraction);
                _pulls.Add(member, (one, ending, StartAsync(one, ending.Token)));
            }
        }
    }

    private static async Task StartAsync(MemberPull pull, CancellationToken cancellation)
    {
        await Task.Yield();
        await pull.RunAsync(cancellation);
    }

    private async Task EndAsync(List<MemberId> members)
    {
        foreach (var member in members)
        {
            var (_, ending, running) = _pulls[member];
            await ending.CancelApartAsync();
            await running.WithoutThrowing();
            ending.Dispose();
            lock (_gate)
            {
                _pulls.Remove(member);
            }
        }
    }
}
