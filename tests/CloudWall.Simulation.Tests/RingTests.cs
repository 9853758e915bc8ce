using CloudWall.Simulation.Nodes;

namespace CloudWall.Simulation.Tests;

public sealed class RingTests
{
    private const int Many = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromHours(12);

    [Fact]
    public void A_hundred_nodes_that_each_replicate_with_the_next_commit_the_same_for_the_same_seed()
    {
        var first = Run(seed: 1);
        var again = Run(seed: 1);
        Assert.Equal(first.World.Commits.Lines, again.World.Commits.Lines);
        Assert.Equal((first.World.Now, first.World.Steps), (again.World.Now, again.World.Steps));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{first.World.Commits.Lines.Count} commits, {first.World.Steps} steps, {first.Network.Calls} calls, {first.World.Now}");

        static Ring Run(int seed)
        {
            var ring = new Ring(seed, Many);
            ring.World.Run(
                async () =>
                {
                    await ring.StartAsync();
                    foreach (var node in ring.Nodes.Where(static (_, i) => i % 25 == 0))
                    {
                        await ring.WriteAsync(node, "of-" + node.Name, $$"""{"by":"{{node.Name}}"}""");
                    }

                    await ring.ConvergeAsync(TimeSpan.FromHours(1));
                    Assert.Empty(ring.FindLost());
                    await ring.StopAsync();
                    return true;
                },
                Limit);
            Assert.Equal(4, ring.Acknowledged.Count);
            return ring;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_was_acknowledged_is_everywhere_after_lost_messages_restarts_and_pulled_plugs(int seed)
    {
        var storm = new Storm(seed);
        storm.Run(Limit);
        Assert.Empty(storm.Ring.FindLost());
        Assert.True(storm.Plugs > 0 && storm.Restarts > 0 && storm.Ring.Network.Broken > 0 && storm.Ring.Acknowledged.Count > 20);
        TestContext.Current.TestOutputHelper?.WriteLine(storm.ToString());
    }

    /// <summary>The proof that lost writes are found. A database that is gone with its disk ends the simulation otherwise.</summary>
    [Fact]
    public void Disks_that_lie_about_their_syncs_are_found()
    {
        var found = 0;
        for (var seed = 1; seed <= 5 && found == 0; seed++)
        {
            var storm = new Storm(seed, disksLie: true);
            try
            {
                storm.Run(Limit);
                found += storm.Ring.FindLost().Count > 0 ? 1 : 0;
            }
            catch (SimulationException)
            {
                found++;
            }
        }

        Assert.InRange(found, 1, 5);
    }

    [Fact]
    public void Faults_follow_from_the_seed()
    {
        var (first, again, other) = (new Storm(5), new Storm(5), new Storm(6));
        first.Run(Limit);
        again.Run(Limit);
        other.Run(Limit);
        Assert.Equal(first.Ring.World.Commits.Lines, again.Ring.World.Commits.Lines);
        Assert.NotEqual(first.Ring.World.Commits.Lines, other.Ring.World.Commits.Lines);
    }
}
