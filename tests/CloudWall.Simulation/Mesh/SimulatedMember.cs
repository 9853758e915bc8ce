using System.Globalization;
using CloudWall.Documents.Databases;
using CloudWall.Mesh;
using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;
using CloudWall.Replication.Runs;
using CloudWall.Simulation.Nodes;

namespace CloudWall.Simulation.Mesh;

/// <summary>A node that may be a member of a mesh, with its key, which survives as its disk does.</summary>
public sealed class SimulatedMember
{
    private readonly SimulatedMesh _mesh;
    private long _sessions;

    internal SimulatedMember(SimulatedMesh mesh, SimulatedNode node)
    {
        _mesh = mesh;
        Node = node;
        Key = new SeededKey(node.Name);
    }

    /// <summary>The node.</summary>
    public SimulatedNode Node { get; }

    /// <summary>Its key.</summary>
    public SeededKey Key { get; }

    /// <summary>Who it is.</summary>
    public MemberId Id => Key.Public.Id;

    /// <summary>The member while it runs.</summary>
    public MeshNode? Mesh { get; private set; }

    /// <summary>Starts the node, and the member on it.</summary>
    public async Task StartAsync()
    {
        await Node.StartAsync();
        Mesh = await Node.AskAsync(running =>
        {
            var made = new MeshNode(
                _mesh.Id,
                Key,
                running.Node.Databases,
                new NodeRecords(running.Store),
                Context(running),
                member => new VirtualLink(_mesh.Network, running.Machine, Id, _mesh.Find(member), _mesh.SkipsChanges));
            made.Start();
            return Task.FromResult(made);
        });
    }

    /// <summary>Ends in order.</summary>
    public async Task StopAsync()
    {
        var mesh = Mesh;
        Mesh = null;
        if (mesh is not null && Node.Running is not null)
        {
            await Node.AskAsync(async _ =>
            {
                await mesh.DisposeAsync();
                return true;
            });
        }

        await Node.StopAsync();
    }

    /// <summary>Pulls the plug.</summary>
    public void PullPlug()
    {
        Mesh = null;
        Node.PullPlug();
    }

    /// <summary>Says something.</summary>
    public Task<Statement> SayAsync(StatementBody body) => Node.AskAsync(_ => Mesh!.SayAsync(body, CancellationToken.None));

    private RunContext Context(RunningNode running) => new(
        running.Node.Identity.Id,
        static (_, _) => throw new SimulationException("A member names its peers itself."),
        running.Machine.Time,
        () => string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _sessions):x32}"),
        static _ => { })
    {
        CheckpointKey = System.Text.Encoding.UTF8.GetBytes(Node.Name),
        Fraction = running.Node.Randomness.Fraction,
    };
}
