using CloudWall.Documents.Revisions;
using CloudWall.Simulation.Net;

namespace CloudWall.Simulation.Nodes;

/// <summary>Nodes in a ring, each of which pulls a database from the next.</summary>
public sealed class Ring
{
    /// <summary>The database.</summary>
    public const string Database = "notes";

    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<(string Id, RevisionId Revision)> _acknowledged = [];

    /// <summary>Makes nodes, all of which are off.</summary>
    /// <param name="seed">What all chance follows from.</param>
    /// <param name="count">How many nodes.</param>
    /// <param name="disksLie">A fault that a simulation must find (<see cref="SimulatedNode.DiskLies"/>).</param>
    public Ring(int seed, int count, bool disksLie = false)
    {
        World = new World(seed);
        Network = new Network(World);
        for (var i = 0; i < count; i++)
        {
            _nodes.Add(new SimulatedNode(World, Network, $"node-{i:d3}", name => _nodes.Find(node => node.Name == name))
            {
                DiskLies = disksLie,
            });
        }
    }

    /// <summary>Where they are.</summary>
    public World World { get; }

    /// <summary>Their network.</summary>
    public Network Network { get; }

    /// <summary>The nodes.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>The writes that were acknowledged.</summary>
    public IReadOnlyList<(string Id, RevisionId Revision)> Acknowledged => _acknowledged;

    /// <summary>Starts all nodes, and gives each its database and its replication.</summary>
    public async Task StartAsync()
    {
        for (var i = 0; i < _nodes.Count; i++)
        {
            var next = _nodes[(i + 1) % _nodes.Count].Name;
            await _nodes[i].StartAsync();
            await _nodes[i].CreateAsync(Database);
            await _nodes[i].PutAsync(
                "_replicator", "ring", $$"""{"source":"http://{{next}}/{{Database}}","target":"{{Database}}","continuous":true}""");
        }
    }

    /// <summary>Has a client write to a node, which may be off or go off.</summary>
    public async Task WriteAsync(SimulatedNode node, string id, string json)
    {
        try
        {
            if (await node.PutAsync(Database, id, json) is { } revision)
            {
                _acknowledged.Add((id, revision));
            }
        }
        catch (MachineOffException)
        {
            // It was not acknowledged.
        }
    }

    /// <summary>Waits until all nodes have the same leaves.</summary>
    /// <param name="limit">The virtual time that it may take.</param>
    public async Task ConvergeAsync(TimeSpan limit)
    {
        var end = World.Now + limit;
        while (!_nodes.All(node => node.Leaves(Database) == _nodes[0].Leaves(Database)))
        {
            if (World.Now > end)
            {
                throw new SimulationException($"After {limit} the nodes do not have the same documents.");
            }

            await World.WaitAsync(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Acknowledged writes that a node does not know.</summary>
    public IReadOnlyList<string> FindLost() =>
        [.. from node in _nodes
            from write in _acknowledged
            where !node.Knows(Database, write.Id, write.Revision)
            select $"{node.Name} lacks {write.Id} {write.Revision}"];

    /// <summary>Ends all nodes that run.</summary>
    public async Task StopAsync()
    {
        foreach (var node in _nodes)
        {
            await node.StopAsync();
        }
    }
}
