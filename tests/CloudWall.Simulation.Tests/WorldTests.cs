namespace CloudWall.Simulation.Tests;

public sealed class WorldTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    private readonly World _world = new(1);

    [Fact]
    public void Time_passes_only_when_nothing_is_ready()
    {
        var machine = new Machine(_world, "a");
        var passed = _world.Run(
            () => machine.RunAsync(async () =>
            {
                var start = machine.Time.GetTimestamp();
                await Task.Delay(TimeSpan.FromMinutes(30), machine.Time);
                return machine.Time.GetElapsedTime(start);
            }),
            Limit);
        Assert.InRange(passed, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(30) + TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Work_that_another_thread_brings_in_ends_it() => Assert.Throws<SimulationException>(() => _world.Run(
        async () =>
        {
            await Task.Run(static () => Thread.Sleep(1));
            return true;
        },
        Limit));

    [Fact]
    public void What_waits_for_ever_ends_it() => Assert.Throws<SimulationException>(
        () => _world.Run(() => new TaskCompletionSource<bool>().Task, Limit));

    [Fact]
    public void Nothing_of_a_machine_runs_after_it_was_switched_off()
    {
        var machine = new Machine(_world, "a");
        var steps = 0;
        _world.Run(
            async () =>
            {
                var counting = machine.RunAsync(async () =>
                {
                    for (; ; steps++)
                    {
                        await Task.Delay(TimeSpan.FromSeconds(1), machine.Time);
                    }
                });
                await _world.WaitAsync(TimeSpan.FromSeconds(10.5));
                machine.SwitchOff();
                await Assert.ThrowsAsync<MachineOffException>(() => counting);
                await _world.WaitAsync(TimeSpan.FromMinutes(1));
                return true;
            },
            Limit);
        Assert.Equal(10, steps);
    }

    [Fact]
    public void The_order_of_what_is_ready_follows_from_the_seed()
    {
        Assert.Equal(Order(1), Order(1));
        Assert.NotEqual(Order(1), Order(2));

        static string Order(int seed)
        {
            var world = new World(seed);
            var order = new List<int>();
            world.Run(
                async () =>
                {
                    await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
                    {
                        await Task.Yield();
                        order.Add(i);
                    }));
                    return true;
                },
                Limit);
            return string.Join(' ', order);
        }
    }
}
