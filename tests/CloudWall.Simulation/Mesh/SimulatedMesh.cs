using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;
using CloudWall.Mesh.Sync;
using CloudWall.Simulation.Net;
using CloudWall.Simulation.Nodes;

namespace CloudWall.Simulation.Mesh;

/// <summary>A mesh: its owner, and nodes some of which are members.</summary>
public sealed class SimulatedMesh
{
    private readonly List<SimulatedMember> _all = [];

    /// <summary>Makes nodes, all of which are off and none of which is a member.</summary>
    /// <param name="seed">What all chance follows from.</param>
    /// <param name="count">How many.</param>
    /// <param name="disksLie">A fault that a simulation must find (<see cref="SimulatedNode.DiskLies"/>).</param>
    public SimulatedMesh(int seed, int count, bool disksLie = false)
    {
        World = new World(seed);
        Network = new Network(World);
        for (var i = 0; i < count; i++)
        {
            _all.Add(new SimulatedMember(this, new SimulatedNode(World, Network, $"node-{i}", static _ => null) { DiskLies = disksLie }));
        }
    }

    /// <summary>Where it is.</summary>
    public World World { get; }

    /// <summary>Its network.</summary>
    public Network Network { get; }

    /// <summary>A fault that a simulation must find: some changes are never told.</summary>
    public bool SkipsChanges { get; init; }

    /// <summary>The owner's key.</summary>
    public SeededKey Owner { get; } = new("owner");

    /// <summary>The mesh: the id of the owner's key.</summary>
    public MemberId Id => Owner.Public.Id;

    /// <summary>The nodes.</summary>
    public IReadOnlyList<SimulatedMember> All => _all;

    /// <summary>Starts all nodes, founds the mesh on the first, and has that one vouch for others.</summary>
    /// <param name="members">How many are members then.</param>
    public async Task FoundAsync(int members)
    {
        foreach (var member in _all)
        {
            await member.StartAsync();
        }

        await SayAsOwnerAsync(_all[0], new FoundBody("box"u8.ToArray()));
        await SayAsOwnerAsync(_all[0], new AddBody(_all[0].Key.Public));
        for (var i = 1; i < members; i++)
        {
            await PairAsync(_all[0], _all[i]);
        }
    }

    /// <summary>One member vouches for a node and gives it what it knows, as at the end of a pairing.</summary>
    public static async Task PairAsync(SimulatedMember member, SimulatedMember added)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(added);
        await member.SayAsync(new AddBody(added.Key.Public));
        var known = member.Mesh!.Keeper.Statements;
        await added.Node.AskAsync(_ =>
        {
            added.Mesh!.Keeper.Take(known);
            return Task.FromResult(true);
        });
    }

    /// <summary>The owner says something on a member.</summary>
    public Task<Statement> SayAsOwnerAsync(SimulatedMember on, StatementBody body)
    {
        ArgumentNullException.ThrowIfNull(on);
        return on.Node.AskAsync(_ => on.Mesh!.Keeper.SayAsync(Owner, body, CancellationToken.None));
    }

    /// <summary>Waits until some members have the same leaves of a database.</summary>
    public async Task ConvergeAsync(string database, IReadOnlyList<SimulatedMember> members, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(members);
        await WaitAsync(
            () => members.All(member => member.Node.Leaves(database) == members[0].Node.Leaves(database) && member.Node.Running is not null)
                && members[0].Node.Leaves(database) != "none",
            limit,
            () => $"{database}: " + string.Join(" | ", members.Select(member => member.Node.Leaves(database))));
    }

    /// <summary>Waits until some members say that they lack nothing of each other.</summary>
    public Task AwaitInStepAsync(IReadOnlyList<SimulatedMember> members, TimeSpan limit) => WaitAsync(
        () => members.All(member => members.Where(other => other != member).All(
            other => StatusOf(member, other)?.State == PullState.InStep)),
        limit,
        () => string.Join(" | ", members.SelectMany(member => members.Where(other => other != member)
            .Select(other => $"{member.Node.Name}←{other.Node.Name} {StatusOf(member, other)?.State} {StatusOf(member, other)?.Reason}"))));

    /// <summary>What a member says that it lacks of another.</summary>
    public static PullStatus? StatusOf(SimulatedMember member, SimulatedMember other)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(other);
        return member.Mesh?.Sync.Status.GetValueOrDefault(other.Id);
    }

    /// <summary>Ends all nodes.</summary>
    public async Task StopAsync()
    {
        foreach (var member in _all)
        {
            await member.StopAsync();
        }
    }

    internal SimulatedMember Find(MemberId id) =>
        _all.Find(member => member.Id == id) ?? throw new SimulationException($"There is no node {id}.");

    private async Task WaitAsync(Func<bool> holds, TimeSpan limit, Func<string> describe)
    {
        var end = World.Now + limit;
        while (!holds())
        {
            if (World.Now > end)
            {
                throw new SimulationException($"Not after {limit}: {describe()}");
            }

            await World.WaitAsync(TimeSpan.FromMilliseconds(200));
        }
    }
}
