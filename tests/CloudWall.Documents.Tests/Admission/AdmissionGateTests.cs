using CloudWall.Documents.Admission;
using CsCheck;

namespace CloudWall.Documents.Tests.Admission;

public sealed class AdmissionGateTests
{
    private static readonly DocumentError Refusal = new(429, "too_many_requests", "Later.");

    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Lets_in_what_fits_and_the_rest_in_turn()
    {
        var gate = Gate(100);
        await gate.TakeAsync(60, 0, Never);
        var second = gate.TakeAsync(50, 0, Never).AsTask();
        var third = gate.TakeAsync(10, 0, Never).AsTask();
        Assert.Equal((60, 2), (gate.Taken, gate.Waiting));
        Assert.False(second.IsCompleted || third.IsCompleted);
        gate.Return(60);
        await second;
        await third;
        gate.Return(50);
        gate.Return(10);
        Assert.Equal((0, 0), (gate.Taken, gate.Waiting));
    }

    [Fact]
    public async Task Lets_in_alone_who_needs_more_than_there_is()
    {
        var gate = Gate(100);
        await gate.TakeAsync(1, 0, Never);
        var large = gate.TakeAsync(1000, 0, Never).AsTask();
        Assert.False(large.IsCompleted);
        gate.Return(1);
        await large;
        var next = gate.TakeAsync(1, 0, Never).AsTask();
        Assert.False(next.IsCompleted);
        await gate.TakeAsync(1000, 1000, Never);
        gate.Return(2000);
        await next;
        Assert.Equal(1, gate.Taken);
    }

    [Fact]
    public async Task Refuses_for_good_who_needs_more_than_there_is_where_it_is_told_to()
    {
        var never = new DocumentError(413, "too_large", "Never.");
        var gate = new AdmissionGate(100, 10, TimeSpan.FromMinutes(1), Refusal, TimeProvider.System, never);
        Assert.False(gate.TryTake(101));
        Assert.Equal(never, (await Assert.ThrowsAsync<DocumentException>(() => gate.TakeAsync(101, 0, Never).AsTask())).Error);
        await gate.TakeAsync(60, 0, Never);
        Assert.Equal(never, (await Assert.ThrowsAsync<DocumentException>(() => gate.TakeAsync(41, 60, Never).AsTask())).Error);
        await gate.TakeAsync(40, 60, Never);
        Assert.Equal((100, 0), (gate.Taken, gate.Waiting));
    }

    [Fact]
    public async Task Who_is_patient_waits_for_as_long_as_it_takes_however_many_wait()
    {
        var time = new ManualTime();
        var gate = Gate(100, maxWaiting: 0, time);
        await gate.TakeAsync(100, 0, Never);
        var patient = gate.TakeAsync(10, 0, Never, unlimited: true).AsTask();
        time.Elapse();
        Assert.Equal((100, 1, false), (gate.Taken, gate.Waiting, patient.IsCompleted));
        gate.Return(100);
        await patient;
        Assert.Equal((10, 0), (gate.Taken, gate.Waiting));
    }

    [Fact]
    public async Task What_is_taken_anyway_keeps_others_waiting()
    {
        var gate = Gate(100);
        gate.TakeAnyway(150);
        var next = gate.TakeAsync(10, 0, Never).AsTask();
        Assert.False(next.IsCompleted || gate.TryTake(1));
        gate.Return(150);
        await next;
        Assert.Equal(10, gate.Taken);
    }

    [Fact]
    public async Task Refuses_who_finds_too_many_waiting()
    {
        var gate = Gate(1, maxWaiting: 1);
        await gate.TakeAsync(1, 0, Never);
        var waiting = gate.TakeAsync(1, 0, Never).AsTask();
        var refused = await Assert.ThrowsAsync<DocumentException>(() => gate.TakeAsync(1, 0, Never).AsTask());
        Assert.Equal(Refusal, refused.Error);
        gate.Return(1);
        await waiting;
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_queue_to_those_behind()
    {
        var gate = Gate(10);
        await gate.TakeAsync(5, 0, Never);
        using var patience = new CancellationTokenSource();
        var large = gate.TakeAsync(10, 0, patience.Token).AsTask();
        var small = gate.TakeAsync(5, 0, Never).AsTask();
        Assert.False(small.IsCompleted);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
        Assert.Equal((10, 0), (gate.Taken, gate.Waiting));
    }

    [Fact]
    public async Task Refuses_who_has_waited_for_too_long()
    {
        var time = new ManualTime();
        var gate = Gate(1, time: time);
        await gate.TakeAsync(1, 0, Never);
        var waiting = gate.TakeAsync(1, 0, Never).AsTask();
        time.Elapse();
        var refused = await Assert.ThrowsAsync<DocumentException>(() => waiting);
        Assert.Equal(Refusal, refused.Error);
        Assert.Equal((1, 0), (gate.Taken, gate.Waiting));
    }

    [Fact]
    public async Task Who_has_begun_comes_before_newcomers()
    {
        var gate = Gate(10);
        await gate.TakeAsync(5, 0, Never);
        await gate.TakeAsync(5, 0, Never);
        var newcomer = gate.TakeAsync(5, 0, Never).AsTask();
        var more = gate.TakeAsync(2, 5, Never).AsTask();
        gate.Return(5);
        await more;
        Assert.False(newcomer.IsCompleted);
        gate.Return(7);
        await newcomer;
    }

    [Fact]
    public async Task Of_those_who_all_wait_for_more_the_last_has_to_go()
    {
        var gate = Gate(10);
        await gate.TakeAsync(5, 0, Never);
        await gate.TakeAsync(4, 0, Never);
        await gate.TakeAsync(1, 0, Never);
        var first = gate.TakeAsync(5, 5, Never).AsTask();
        var second = gate.TakeAsync(5, 4, Never).AsTask();
        Assert.False(first.IsCompleted || second.IsCompleted);
        gate.Return(1);
        await Assert.ThrowsAsync<DocumentException>(() => second);
        Assert.False(first.IsCompleted);
        gate.Return(4);
        await first;
        gate.Return(10);
        Assert.Equal((0, 0), (gate.Taken, gate.Waiting));
    }

    [Fact]
    public void Never_gives_out_more_than_there_is_and_ends_with_nothing_taken() =>
        Gen.Select(Gen.Long[1, 60].Array[1, 40], Gen.Int[0, 1000]).Sample((amounts, seed) =>
        {
            var random = new Random(seed);
            var gate = Gate(50);
            var held = new List<long>();
            var waiting = new List<(Task Task, long Amount)>();
            foreach (var amount in amounts)
            {
                waiting.Add((gate.TakeAsync(amount, 0, Never).AsTask(), amount));
                Settle();
                if (held.Count > 0 && random.Next(2) == 0)
                {
                    GiveBack();
                }
            }

            while (held.Count > 0)
            {
                GiveBack();
            }

            Assert.Empty(waiting);
            Assert.Equal(0, gate.Taken);

            void GiveBack()
            {
                var index = random.Next(held.Count);
                var amount = held[index];
                held.RemoveAt(index);
                gate.Return(amount);
                Settle();
            }

            // Those let in are told in the background: how many they are can be seen at once.
            void Settle()
            {
                while (waiting.Count > gate.Waiting)
                {
                    waiting[0].Task.GetAwaiter().GetResult();
                    held.Add(waiting[0].Amount);
                    waiting.RemoveAt(0);
                }

                Assert.Equal(held.Sum(), gate.Taken);
                Assert.True(gate.Taken <= 50 || held.Count == 1);
                Assert.True(waiting.Count == 0 || held.Count > 0);
            }
        });

    private static AdmissionGate Gate(long capacity, int maxWaiting = 100, TimeProvider? time = null) =>
        new(capacity, maxWaiting, TimeSpan.FromMinutes(1), Refusal, time ?? TimeProvider.System);

    /// <summary>A clock whose timers all ring when told to.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly List<(TimerCallback Callback, object? State)> _timers = [];

        public void Elapse()
        {
            foreach (var (callback, state) in _timers.ToArray())
            {
                callback(state);
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add((callback, state));
            return TimeProvider.System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
