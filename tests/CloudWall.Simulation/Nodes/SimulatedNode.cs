using System.Globalization;
using CloudWall.Node;
using CloudWall.Node.Identifiers;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Simulation.Net;
using CloudWall.Simulation.Stores;
using CloudWall.Storage.Memory;

namespace CloudWall.Simulation.Nodes;

/// <summary>
/// A node with its disk, which survives starts and ends, and what a pulled plug leaves of it. Peers of its replications are nodes of the
/// same world: <c>http://NAME/DATABASE</c>.
/// </summary>
/// <param name="world">Where it is.</param>
/// <param name="network">Its network.</param>
/// <param name="name">Its name on the network.</param>
/// <param name="find">Finds other nodes by their names.</param>
public sealed class SimulatedNode(World world, Network network, string name, Func<string, SimulatedNode?> find) : IDisposable
{
    private MemoryStore _disk = new();
    private int _starts;

    /// <summary>Its name on the network.</summary>
    public string Name => name;

    /// <summary>The node while it runs; null while it does not, or has not started yet.</summary>
    public RunningNode? Running { get; private set; }

    /// <summary>What the node has logged since its last start.</summary>
    public StringWriter Log { get; private set; } = new(CultureInfo.InvariantCulture);

    /// <summary>Settings beside those of every simulated node.</summary>
    public IReadOnlyList<(string Section, string Key, string Value)> Settings { get; init; } = [];

    /// <summary>A fault that a simulation must find: the disk says that writes are safe before they are.</summary>
    public bool DiskLies { get; init; }

    /// <summary>Switches it on and starts it.</summary>
    public async Task StartAsync()
    {
        var machine = new Machine(world, name);
        Log = new StringWriter(CultureInfo.InvariantCulture);
        var store = new LoggedStore(_disk, DiskLies, (writes, hash, sync) => world.Commits.Add(world.Now, name, writes, hash, sync));
        var node = await machine.RunAsync(async () =>
        {
            var opened = await LocalNode.OpenAsync(Options(machine, store), CancellationToken.None);
            opened.Start(new Uri($"http://{name}/"));
            return opened;
        });
        Running = new RunningNode(machine, node, store);
    }

    /// <summary>Ends it in order.</summary>
    public async Task StopAsync()
    {
        if (Running is not var (machine, node, _))
        {
            return;
        }

        Running = null;
        await machine.RunAsync(() => node.DisposeAsync().AsTask());
        machine.SwitchOff();
        if (!node.HasEndedInOrder)
        {
            throw new SimulationException($"{name} has not ended in order: {Log}");
        }
    }

    /// <summary>Pulls the plug: what was not synced is lost, but for as many commits as chance leaves.</summary>
    public void PullPlug()
    {
        Running?.Machine.SwitchOff();
        Running = null;
        _disk = _disk.LoseUnsynced(world.Random);
    }

    /// <inheritdoc/>
    public void Dispose() => _disk.Dispose();

    private NodeOptions Options(Machine machine, LoggedStore store)
    {
        var seed = HashCodeOf($"{name} {_starts++}") ^ world.Random.Next();
        return new NodeOptions
        {
            Store = store,
            Settings =
            [
                ("couchdb", "uuid", Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(name)))),
                ("chttpd_auth", "secret", "the secret of " + name),
                ("chttpd_auth", "iterations", "1"),
                ("log", "level", "info"),
                .. Settings,
            ],
            Admin = ("admin", "admin"),
            SystemBoot = name,
            Time = machine.Time,
            Randomness = Randomness.Seeded(seed),
            Scheduler = machine,
            NewRunner = _ => new WaitingRunner(world),
            OpenRemote = (endpoint, _) => OpenRemote(machine, endpoint),
            Log = Log,
        };
    }

    private VirtualPeer OpenRemote(Machine machine, Endpoint endpoint)
    {
        var host = new Uri(endpoint.Address!.ToString()).Host;
        var callee = find(host) ?? throw new SimulationException($"There is no node {host}.");
        var database = endpoint.DatabaseName;
        return new VirtualPeer(
            network,
            machine,
            callee,
            $"http://{host}/{database}/",
            running => new LocalPeer(running.Node.Databases, database, $"http://{host}/{database}/", running.Node.Identity.Id));
    }

    private static int HashCodeOf(string text)
    {
        var hash = 17;
        foreach (var character in text)
        {
            hash = unchecked((hash * 31) + character);
        }

        return hash;
    }
}
