using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;
using CloudWall.Mesh.Carrying;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Permissions;
using CloudWall.Mesh.Roster;
using CloudWall.Mesh.Sync;
using CloudWall.Replication.Runs;

namespace CloudWall.Mesh;

/// <summary>A node as a member of a mesh: it keeps the roster, lets other members read, and pulls what they have.</summary>
public sealed class MeshNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly SigningKey _key;
    private Task _running = Task.CompletedTask;

    /// <summary>Makes a member. It does nothing before it is started.</summary>
    /// <param name="mesh">The mesh: the id of its owner's key.</param>
    /// <param name="key">The node's key.</param>
    /// <param name="databases">The node's databases.</param>
    /// <param name="records">Records of the node itself.</param>
    /// <param name="context">What replications need of the node.</param>
    /// <param name="connect">Makes the way to another member.</param>
    public MeshNode(
        MemberId mesh,
        SigningKey key,
        DatabaseCatalogue databases,
        NodeRecords records,
        RunContext context,
        Func<MemberId, MemberLink> connect)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(context);
        _key = key;
        Keeper = new RosterKeeper(mesh, databases, records, context.Time);
        Security = new SecurityKeeper(key.Public.Id, databases, records, context.Time);
        Service = new MemberService(databases, () => Keeper.Roster, Security, context.NodeId, context.Time);
        Sync = new MeshSync(
            key.Public.Id, () => Keeper.Roster, connect, new DatabasePull(databases, Security, context), context.Time, context.Fraction);
        Keeper.Changed = Sync.Wake;
    }

    /// <summary>Who this node is.</summary>
    public MemberId Id => _key.Public.Id;

    /// <summary>Keeps the roster.</summary>
    public RosterKeeper Keeper { get; }

    /// <summary>Keeps the <c>_security</c> of databases.</summary>
    public SecurityKeeper Security { get; }

    /// <summary>What other members may read.</summary>
    public MemberService Service { get; }

    /// <summary>Pulls from other members.</summary>
    public MeshSync Sync { get; }

    /// <summary>Begins to follow the roster and to pull.</summary>
    public void Start() => _running = Task.WhenAll(
        StartAsync(Keeper.RunAsync), StartAsync(Security.RunAsync), StartAsync(Sync.RunAsync));

    /// <summary>This node says something.</summary>
    public Task<Statement> SayAsync(StatementBody body, CancellationToken cancellation) => Keeper.SayAsync(_key, body, cancellation);

    /// <summary>Ends the pulls.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelApartAsync();
        await _running.WithoutThrowing();
        _ending.Dispose();
    }

    private async Task StartAsync(Func<CancellationToken, Task> run)
    {
        await Task.Yield();
        await run(_ending.Token);
    }
}
