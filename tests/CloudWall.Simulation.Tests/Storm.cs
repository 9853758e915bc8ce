using CloudWall.Simulation.Nodes;

namespace CloudWall.Simulation.Tests;

/// <summary>A small ring in which clients write while messages are lost, nodes restart and plugs are pulled.</summary>
internal sealed class Storm(int seed, bool disksLie = false)
{
    private const int Nodes = 6;
    private const int Rounds = 60;
    private const int Documents = 12;

    public Ring Ring { get; } = new(seed, Nodes, disksLie);

    public int Restarts { get; private set; }

    public int Plugs { get; private set; }

    public void Run(TimeSpan limit) => Ring.World.Run(
        async () =>
        {
            await Ring.StartAsync();
            Ring.Network.LostOfThousand = 30;
            for (var round = 0; round < Rounds; round++)
            {
                await RoundAsync(round);
            }

            Ring.Network.LostOfThousand = 0;
            foreach (var node in Ring.Nodes.Where(static node => node.Running is null))
            {
                await node.StartAsync();
            }

            await Ring.ConvergeAsync(TimeSpan.FromHours(2));
            return true;
        },
        limit);

    public override string ToString() =>
        $"seed {seed}: {Ring.Acknowledged.Count} acknowledged, {Restarts} restarts, {Plugs} plugs, {Ring.Network.Broken} of "
        + $"{Ring.Network.Calls} calls broke, {Ring.World.Commits.Lines.Count} commits, {Ring.World.Now}";

    private async Task RoundAsync(int round)
    {
        var random = Ring.World.Random;
        var node = Ring.Nodes[random.Next(Nodes)];
        switch (random.Next(10))
        {
            case 0 when node.Running is not null:
                Restarts++;
                await node.StopAsync();
                break;
            case 1 when node.Running is not null:
                // In the middle of a write, perhaps.
                Plugs++;
                var writing = Ring.WriteAsync(node, "plug-" + round, "{}");
                await Ring.World.WaitAsync(TimeSpan.FromMicroseconds(random.Next(200)));
                node.PullPlug();
                await writing;
                break;
            case < 8 when node.Running is null:
                await node.StartAsync();
                break;
            default:
                await Ring.WriteAsync(node, "doc-" + random.Next(Documents), $$"""{"round":{{round}}}""");
                break;
        }

        await Ring.World.WaitAsync(TimeSpan.FromSeconds(random.Next(20)));
    }
}
