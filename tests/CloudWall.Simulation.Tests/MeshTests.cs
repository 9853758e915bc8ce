using CloudWall.Mesh.Roster;
using CloudWall.Mesh.Sync;
using CloudWall.Simulation.Mesh;
using CloudWall.Simulation.Nodes;

namespace CloudWall.Simulation.Tests;

public sealed class MeshTests
{
    private const string ForAnn = """{"members":{"names":["ann"],"roles":[]},"admins":{"names":[],"roles":[]}}""";
    private const string ForAnnAndBob = """{"members":{"names":["ann","bob"],"roles":[]},"admins":{"names":[],"roles":[]}}""";

    private static readonly TimeSpan Limit = TimeSpan.FromHours(12);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void What_one_member_has_all_have_and_nobody_sets_anything_up() => Run(3, 1, async mesh =>
    {
        await mesh.FoundAsync(3);
        await mesh.All[1].Node.CreateAsync("notes");
        await mesh.All[1].Node.PutAsync("notes", "one", """{"by":1}""");
        await mesh.ConvergeAsync("notes", mesh.All, Minute);
        await mesh.All[2].Node.PutAsync("notes", "two", """{"by":2}""");
        await mesh.All[0].Node.PutAsync("notes", "one", """{"by":0}""");
        await mesh.ConvergeAsync("notes", mesh.All, Minute);
        await mesh.AwaitInStepAsync(mesh.All, Minute);
        await mesh.StopAsync();
    });

    [Fact]
    public void Who_meets_only_one_member_gets_everything() => Run(4, 2, async mesh =>
    {
        await mesh.FoundAsync(3);
        await mesh.All[1].Node.CreateAsync("notes");
        await mesh.All[1].Node.PutAsync("notes", "one", "{}");
        await mesh.ConvergeAsync("notes", [.. mesh.All.Take(3)], Minute);
        mesh.Network.IsCut = (from, to) => (from, to) is ("node-3", "node-0" or "node-1") or ("node-0" or "node-1", "node-3");
        await SimulatedMesh.PairAsync(mesh.All[2], mesh.All[3]);
        await mesh.ConvergeAsync("notes", mesh.All, Minute * 5);

        // And those that it never met get what it writes.
        await mesh.All[3].Node.PutAsync("notes", "three", "{}");
        await mesh.ConvergeAsync("notes", mesh.All, Minute * 5);
        Assert.Equal(4, mesh.All[0].Mesh!.Keeper.Roster.Members.Count);
    });

    [Fact]
    public void A_removed_member_that_does_not_know_it_yet_gets_nothing_more_and_gives_nothing() => Run(3, 3, async mesh =>
    {
        await mesh.FoundAsync(3);
        await mesh.All[0].Node.CreateAsync("notes");
        await mesh.ConvergeAsync("notes", mesh.All, Minute);
        mesh.Network.IsCut = static (from, to) => from == "node-2" || to == "node-2";
        await mesh.SayAsOwnerAsync(mesh.All[0], new RemoveBody(mesh.All[2].Id, null));
        await mesh.All[0].Node.PutAsync("notes", "secret", "{}");
        await mesh.All[2].Node.PutAsync("notes", "late", "{}");
        await mesh.ConvergeAsync("notes", [mesh.All[0], mesh.All[1]], Minute);
        mesh.Network.IsCut = static (_, _) => false;
        await mesh.World.WaitAsync(Minute * 10);
        Assert.DoesNotContain("secret", mesh.All[2].Node.Leaves("notes"), StringComparison.Ordinal);
        Assert.DoesNotContain("late", mesh.All[0].Node.Leaves("notes"), StringComparison.Ordinal);
        Assert.Equal(PullState.OutOfReach, SimulatedMesh.StatusOf(mesh.All[2], mesh.All[0])!.State);
        Assert.StartsWith("forbidden", SimulatedMesh.StatusOf(mesh.All[2], mesh.All[0])!.Reason, StringComparison.Ordinal);
    });

    [Fact]
    public void A_partition_with_edits_on_both_sides_heals() => Run(4, 4, async mesh =>
    {
        await mesh.FoundAsync(4);
        await mesh.All[0].Node.CreateAsync("notes");
        await mesh.All[0].Node.PutAsync("notes", "doc", "{}");
        await mesh.ConvergeAsync("notes", mesh.All, Minute);
        mesh.Network.IsCut = static (from, to) => (from is "node-0" or "node-1") != (to is "node-0" or "node-1");
        await mesh.All[0].Node.PutAsync("notes", "doc", """{"side":1}""");
        await mesh.All[3].Node.PutAsync("notes", "doc", """{"side":2}""");
        await mesh.World.WaitAsync(Minute * 5);
        Assert.Equal(PullState.OutOfReach, SimulatedMesh.StatusOf(mesh.All[0], mesh.All[3])!.State);
        mesh.Network.IsCut = static (_, _) => false;
        await mesh.ConvergeAsync("notes", mesh.All, Minute * 5);
        await mesh.AwaitInStepAsync(mesh.All, Minute * 5);
        Assert.Equal(2, mesh.All[2].Node.Leaves("notes").Split(',').Length);
    });

    [Fact]
    public void Traffic_dies_down_when_all_is_everywhere() => Run(5, 5, async mesh =>
    {
        await mesh.FoundAsync(5);
        for (var i = 0; i < 5; i++)
        {
            await mesh.All[i].Node.CreateAsync("db-" + i);
            await mesh.All[i].Node.PutAsync("db-" + i, "doc", "{}");
        }

        await mesh.AwaitInStepAsync(mesh.All, Minute * 5);
        await mesh.World.WaitAsync(Minute * 2);
        var (calls, commits) = (mesh.Network.Calls, mesh.World.Commits.Lines.Count);
        await mesh.World.WaitAsync(Minute * 60);

        // Each asks each other four times a minute whether there is anything, and writes nothing.
        Assert.InRange(mesh.Network.Calls - calls, 0, 5 * 4 * 4 * 61);
        Assert.Equal(commits, mesh.World.Commits.Lines.Count);
    });

    [Fact]
    public void A_roster_whose_database_is_deleted_or_rewritten_stays_what_it_was() => Run(3, 6, async mesh =>
    {
        await mesh.FoundAsync(3);
        await mesh.AwaitInStepAsync(mesh.All, Minute * 5);
        var before = mesh.All[1].Mesh!.Keeper.Roster.ToString();
        await mesh.All[1].Node.AskAsync(running => running.Node.Databases.DeleteAsync("cloudwall-roster", CancellationToken.None));
        foreach (var id in mesh.All[2].Node.Leaves("cloudwall-roster").Split('\n').Select(static line => line.Split(' ')[0]))
        {
            await mesh.All[2].Node.PutAsync("cloudwall-roster", id, """{"rewritten":true}""");
            await mesh.All[2].Node.PutAsync("cloudwall-roster", id, """{"_deleted":true}""");
        }

        await mesh.ConvergeAsync("cloudwall-roster", mesh.All, Minute * 5);
        Assert.All(mesh.All, member => Assert.Equal(before, member.Mesh!.Keeper.Roster.ToString()));
        await mesh.All[1].StopAsync();
        await mesh.All[1].StartAsync();
        Assert.Equal(before, mesh.All[1].Mesh!.Keeper.Roster.ToString());
    });

    [Fact]
    public void A_database_is_for_admins_only_until_its_security_comes_and_then_for_whom_that_names() => Run(3, 7, async mesh =>
    {
        await mesh.FoundAsync(2);
        await mesh.All[0].Node.CreateAsync("notes");
        await mesh.All[0].Node.SetSecurityAsync("notes", ForAnn);
        await mesh.All[0].Node.PutAsync("notes", "doc", "{}");
        await mesh.ConvergeAsync("notes", [mesh.All[0], mesh.All[1]], Minute);
        Assert.Equal(ForAnn, mesh.All[1].Node.Security("notes"));
        await SimulatedMesh.PairAsync(mesh.All[1], mesh.All[2]);
        await mesh.ConvergeAsync("notes", mesh.All, Minute);
        Assert.Equal(ForAnn, mesh.All[2].Node.Security("notes"));
        await mesh.All[2].Node.SetSecurityAsync("notes", ForAnnAndBob);
        await mesh.World.WaitAsync(Minute);
        Assert.All(mesh.All, static member => Assert.Equal(ForAnnAndBob, member.Node.Security("notes")));
    });

    [Fact]
    public void A_database_is_made_as_it_is_elsewhere_and_one_with_partitions_never_becomes_one_with_a_plain_one() => Run(2, 10, async mesh =>
    {
        await mesh.FoundAsync(2);
        await mesh.All[0].Node.CreateAsync("parts", partitioned: true);
        await mesh.All[0].Node.AskAsync(async running =>
        {
            await running.Node.Databases.Find("parts")!.SetRevsLimitAsync(7, CancellationToken.None);
            return true;
        });
        await mesh.All[0].Node.PutAsync("parts", "a:one", "{}");
        await mesh.ConvergeAsync("parts", mesh.All, Minute);
        var made = mesh.All[1].Node.Running!.Node.Databases.Find("parts")!;
        Assert.Equal((true, 7), (made.Options.Partitioned, made.RevsLimit));

        mesh.Network.IsCut = static (_, _) => true;
        await mesh.All[0].Node.CreateAsync("both", partitioned: true);
        await mesh.All[0].Node.PutAsync("both", "a:one", "{}");
        await mesh.All[1].Node.CreateAsync("both");
        await mesh.All[1].Node.PutAsync("both", "two", "{}");
        await mesh.World.WaitAsync(Minute);
        mesh.Network.IsCut = static (_, _) => false;
        await mesh.World.WaitAsync(Minute * 2);
        Assert.DoesNotContain("two", mesh.All[0].Node.Leaves("both"), StringComparison.Ordinal);
        var status = SimulatedMesh.StatusOf(mesh.All[0], mesh.All[1])!;
        Assert.Equal(PullState.Incomplete, status.State);
        Assert.Contains("partitions", status.Problems["both"], StringComparison.Ordinal);
    });

    [Fact]
    public void Of_security_set_apart_the_narrower_holds_until_an_admin_sets_it_again() => Run(2, 8, async mesh =>
    {
        await mesh.FoundAsync(2);
        await mesh.All[0].Node.CreateAsync("notes");
        await mesh.ConvergeAsync("notes", mesh.All, Minute);
        mesh.Network.IsCut = static (_, _) => true;
        await mesh.All[0].Node.SetSecurityAsync("notes", ForAnnAndBob);
        await mesh.All[1].Node.SetSecurityAsync("notes", """{"members":{"names":["bob","eve"],"roles":[]},"admins":{"names":[],"roles":[]}}""");
        await mesh.World.WaitAsync(Minute);
        mesh.Network.IsCut = static (_, _) => false;
        await mesh.World.WaitAsync(Minute * 2);
        Assert.All(mesh.All, static member => Assert.Equal(
            """{"members":{"names":["bob"],"roles":[]},"admins":{"names":[],"roles":[]}}""", member.Node.Security("notes")));
        await mesh.All[0].Node.SetSecurityAsync("notes", ForAnn);
        await mesh.World.WaitAsync(Minute);
        await mesh.All[1].StopAsync();
        await mesh.All[1].StartAsync();
        await mesh.World.WaitAsync(Minute);
        Assert.All(mesh.All, static member => Assert.Equal(ForAnn, member.Node.Security("notes")));
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_was_acknowledged_is_everywhere_after_a_storm(int seed)
    {
        var storm = new MeshStorm(seed);
        storm.Run(Limit);
        Assert.Empty(storm.FindLost());
        Assert.Empty(storm.Lies);
        Assert.Single(storm.Securities());
        Assert.True(storm.Acknowledged > 10);
        TestContext.Current.TestOutputHelper?.WriteLine(storm.ToString());
    }

    [Fact]
    public void The_same_seed_commits_the_same()
    {
        var (first, again) = (new MeshStorm(77), new MeshStorm(77));
        first.Run(Limit);
        again.Run(Limit);
        Assert.Equal(first.Mesh.World.Commits.Lines, again.Mesh.World.Commits.Lines);
    }

    [Fact]
    public void An_unplugged_member_is_out_of_reach_within_half_a_minute() => Run(2, 9, async mesh =>
    {
        await mesh.FoundAsync(2);
        await mesh.AwaitInStepAsync(mesh.All, Minute);
        await mesh.World.WaitAsync(TimeSpan.FromSeconds(100));
        mesh.All[1].PullPlug();
        await mesh.World.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(PullState.OutOfReach, SimulatedMesh.StatusOf(mesh.All[0], mesh.All[1])!.State);
    });

    /// <summary>The proof that a status that lies is found.</summary>
    [Fact]
    public void Storms_find_members_that_say_too_early_that_they_are_in_step()
    {
        var found = 0;
        for (var seed = 1; seed <= 10 && found == 0; seed++)
        {
            var storm = new MeshStorm(seed) { SaidTooEarly = TimeSpan.FromSeconds(30) };
            storm.Run(Limit);
            found += storm.Lies.Count > 0 ? 1 : 0;
        }

        Assert.InRange(found, 1, 10);
    }

    [Fact]
    public void Storms_find_changes_that_were_skipped()
    {
        var found = 0;
        for (var seed = 1; seed <= 10 && found == 0; seed++)
        {
            var storm = new MeshStorm(seed, skipsChanges: true);
            try
            {
                storm.Run(Limit);
                found += storm.Lies.Count + storm.FindLost().Count;
            }
            catch (SimulationException)
            {
                found++;
            }
        }

        Assert.NotEqual(0, found);
    }

    /// <summary>A lie of the disks loses what was acknowledged, and the storms find that.</summary>
    [Fact]
    public void Storms_find_disks_that_lie_about_their_syncs()
    {
        var found = 0;
        for (var seed = 1; seed <= 8 && found == 0; seed++)
        {
            var storm = new MeshStorm(seed, disksLie: true);
            try
            {
                storm.Run(Limit);
                found += storm.FindLost().Count > 0 ? 1 : 0;
            }
            catch (Exception lost) when (lost is SimulationException or InvalidOperationException)
            {
                // Even who is a member was lost.
                found++;
            }
        }

        Assert.InRange(found, 1, 8);
    }

    /// <summary>Seeds of storms: as many as <c>CLOUDWALL_SIMULATION_SEEDS</c> says, 30 by default.</summary>
    public static TheoryData<int> Seeds() =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("CLOUDWALL_SIMULATION_SEEDS"), out var count) ? count : 30)];

    private static void Run(int nodes, int seed, Func<SimulatedMesh, Task> test)
    {
        var mesh = new SimulatedMesh(seed, nodes);
        mesh.World.Run(
            async () =>
            {
                await test(mesh);
                return true;
            },
            Limit);
    }
}
