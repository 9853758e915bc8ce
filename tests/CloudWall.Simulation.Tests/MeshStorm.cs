using CloudWall.Documents.Revisions;
using CloudWall.Mesh.Sync;
using CloudWall.Simulation.Mesh;
using CloudWall.Simulation.Nodes;

namespace CloudWall.Simulation.Tests;

/// <summary>A small mesh in which clients write while messages are lost, nodes restart, plugs are pulled and the network is cut.</summary>
internal sealed class MeshStorm(int seed, bool disksLie = false, bool skipsChanges = false)
{
    private const int Rounds = 60;
    private const int Documents = 10;

    private static readonly string[] Databases = ["notes", "photos", "plans"];

    private readonly List<(string Database, string Id, RevisionId Revision, SimulatedMember By, TimeSpan At)> _acknowledged = [];
    private readonly SortedSet<string> _lies = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _events = new(StringComparer.Ordinal);

    public SimulatedMesh Mesh { get; } = new(seed, 3 + (seed % 3), disksLie) { SkipsChanges = skipsChanges };

    public int Acknowledged => _acknowledged.Count;

    public void Run(TimeSpan limit) => Mesh.World.Run(
        async () =>
        {
            var late = Mesh.All[^1];
            await Mesh.FoundAsync(Mesh.All.Count - 1);
            Mesh.Network.LostOfThousand = 20;
            for (var round = 0; round < Rounds; round++)
            {
                await RoundAsync(round);
                CheckStatus();
                await Mesh.World.WaitAsync(TimeSpan.FromSeconds(Mesh.World.Random.Next(15)));
            }

            Mesh.Network.LostOfThousand = 0;
            Mesh.Network.IsCut = static (_, _) => false;
            foreach (var member in Mesh.All.Where(static member => member.Mesh is null))
            {
                await member.StartAsync();
            }

            // One more joins when all is over, and gets what there is.
            await SimulatedMesh.PairAsync(Mesh.All[0], late);
            await Mesh.AwaitInStepAsync(Mesh.All, TimeSpan.FromHours(1));
            foreach (var database in Databases.Where(database => _acknowledged.Exists(write => write.Database == database)))
            {
                await Mesh.ConvergeAsync(database, Mesh.All, TimeSpan.FromHours(1));
            }

            await Mesh.AwaitInStepAsync(Mesh.All, TimeSpan.FromHours(1));
            await Mesh.World.WaitAsync(TimeSpan.FromMinutes(2));
            return true;
        },
        limit);

    /// <summary>Members that said they were in step with another, and lacked what that one had then.</summary>
    public IReadOnlyCollection<string> Lies => _lies;

    /// <summary>A fault that the check of the status must find: the time as of which a member says to be in step is so much later.</summary>
    public TimeSpan SaidTooEarly { get; init; }

    public IReadOnlyList<string> FindLost() =>
        [.. from member in Mesh.All
            from write in _acknowledged
            where !member.Node.Knows(write.Database, write.Id, write.Revision)
            select $"{member.Node.Name} lacks {write.Database}/{write.Id} {write.Revision}"];

    /// <summary>What each member lets into the first database: the same on all.</summary>
    public IReadOnlyList<string?> Securities() => [.. Mesh.All.Select(static member => member.Node.Security(Databases[0])).Distinct()];

    public override string ToString() =>
        $"seed {seed}: {Mesh.All.Count} nodes, {Acknowledged} acknowledged, {string.Join(", ", _events.Select(static e => $"{e.Value} {e.Key}"))}, "
        + $"{Mesh.Network.Broken} of {Mesh.Network.Calls} calls broke, {Mesh.World.Commits.Lines.Count} commits, {Mesh.World.Now}";

    private async Task RoundAsync(int round)
    {
        var random = Mesh.World.Random;
        var member = Mesh.All[random.Next(Mesh.All.Count)];
        switch (random.Next(12))
        {
            case 0 when member.Mesh is not null:
                Note("restarts");
                await member.StopAsync();
                break;
            case 1 when member.Mesh is not null:
                Note("plugs");
                var writing = WriteAsync(member, Databases[0], "plug-" + round, "{}");
                await Mesh.World.WaitAsync(TimeSpan.FromMicroseconds(random.Next(200)));
                member.PullPlug();
                await writing;
                break;
            case 2:
                Note("cuts");
                var (one, other) = (member.Node.Name, Mesh.All[random.Next(Mesh.All.Count)].Node.Name);
                Mesh.Network.IsCut = (from, to) => (from == one && to == other) || (random.Next(2) == 0 && from == other && to == one);
                break;
            case 3:
                Mesh.Network.IsCut = static (_, _) => false;
                break;
            case 4 when member.Mesh is not null:
                Note("wrong clocks");
                member.Node.Running!.Machine.Time.Error = TimeSpan.FromDays(365 * random.Next(-50, 50));
                break;
            case 5 when member.Node.Security(Databases[0]) is not null || member.Node.Leaves(Databases[0]) != "none":
                Note("securities");
                var names = string.Join(',', Enumerable.Range(0, 4).Where(_ => random.Next(2) == 0).Select(static i => $"\"user{i}\""));
                await member.Node.SetSecurityAsync(
                    Databases[0], "{\"members\":{\"names\":[" + names + "],\"roles\":[]},\"admins\":{\"names\":[],\"roles\":[]}}");
                break;
            case < 9 when member.Mesh is null:
                await member.StartAsync();
                break;
            default:
                await WriteAsync(
                    member, Databases[random.Next(Databases.Length)], "doc-" + random.Next(Documents), $$"""{"round":{{round}}}""");
                break;
        }
    }

    private void CheckStatus()
    {
        foreach (var member in Mesh.All.Where(static member => member.Node.Running is not null))
        {
            foreach (var other in Mesh.All.Where(other => SimulatedMesh.StatusOf(member, other)?.State == PullState.InStep))
            {
                var at = member.Node.Running!.Machine.Time.InWorld(SimulatedMesh.StatusOf(member, other)!.At) + SaidTooEarly;
                _lies.UnionWith(_acknowledged
                    .Where(write => write.By == other && write.At < at && !member.Node.Knows(write.Database, write.Id, write.Revision))
                    .Select(write => $"{member.Node.Name} was in step with {other.Node.Name} at {at}, without {write.Id} of {write.At}"));
            }
        }
    }

    private void Note(string what) => _events[what] = _events.GetValueOrDefault(what) + 1;

    private async Task WriteAsync(SimulatedMember member, string database, string id, string json)
    {
        try
        {
            await member.Node.CreateAsync(database);
            if (await member.Node.PutAsync(database, id, json) is { } revision)
            {
                _acknowledged.Add((database, id, revision, member, Mesh.World.Now));
            }
        }
        catch (MachineOffException)
        {
            // It was not acknowledged.
        }
    }
}
