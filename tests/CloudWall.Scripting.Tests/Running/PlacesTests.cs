using CloudWall.Scripting.Running;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests.Running;

/// <summary>Places are fair whoever comes, goes, gives up and takes long, in any order.</summary>
public sealed class PlacesTests
{
    private static readonly Gen<Step> AnyStep = Gen.Select(Gen.Enum<Act>(), Gen.Int[0, 1000], static (act, which) => new Step(act, which));

    private enum Act
    {
        Arrive,
        ArriveAgain,
        ArriveAlone,
        Leave,
        GiveUp,
        Wait,
    }

    [Fact]
    public void Places_are_fair_whatever_happens() =>
        Gen.Select(Gen.Int[2, 7], Gen.Int[1, 5], AnyStep.List[0, 120]).Sample(
            static run =>
            {
                var (count, scopes, steps) = run;
                var model = new Run(count, scopes);
                foreach (var step in steps)
                {
                    model.Do(step);
                }

                model.Drain();
            },
            iter: 2000);

    [Fact]
    public void A_call_that_takes_long_leaves_the_quick_place_to_others()
    {
        var time = new FakeTimeProvider();
        var places = new Places(2, time);
        var slow = Entered(places, "slow");
        var quick = Entered(places, "other");
        Assert.True(quick.IsQuick);
        time.Advance(Places.QuickTime);
        Assert.False(quick.TryGoOn());
        Assert.Equal(1, places.Moving);

        // The place is another's now; who left it goes on as soon as there is a place for what is slow.
        var third = Entered(places, "third");
        Assert.True(third.IsQuick);
        Assert.False(quick.Moved.IsSet);
        slow.Dispose();
        Assert.True(quick.Moved.IsSet);
        Assert.True(quick.TryGoOn());
        quick.Dispose();
        time.Advance(Places.QuickTime);
        Assert.True(third.TryGoOn());
        Assert.False(third.IsQuick);
        third.Dispose();
    }

    [Fact]
    public void Calls_that_have_left_the_quick_place_are_bounded()
    {
        var time = new FakeTimeProvider();
        var places = new Places(2, time);
        using var slow = Entered(places, "slow");
        for (var i = 0; i < 8; i++)
        {
            var moving = Entered(places, $"db{i}");
            time.Advance(Places.QuickTime);
            Assert.False(moving.TryGoOn());
        }

        using var last = Entered(places, "last");
        time.Advance(Places.QuickTime);
        Assert.True(Assert.Throws<ScriptException>(() => last.TryGoOn()) is { Error: "os_process_error", IsOfLoad: true });
        Assert.Equal(8, places.Moving);
    }

    /// <summary>Review, attack 3: databases that have many calls which take long do not shut out one that has few.</summary>
    [Fact]
    public void A_database_with_few_long_calls_takes_the_room_of_one_with_many()
    {
        var time = new FakeTimeProvider();
        var places = new Places(4, time);
        Places.Place[] slow = [Entered(places, "x"), Entered(places, "y"), Entered(places, "z")];
        var hostile = new List<Places.Place>();
        for (var i = 0; i < 16; i++)
        {
            hostile.Add(Entered(places, $"db{i % 8}"));
            time.Advance(Places.QuickTime);
            Assert.False(hostile[^1].TryGoOn());
        }

        var good = Entered(places, "good");
        time.Advance(Places.QuickTime);
        Assert.False(good.TryGoOn());
        Assert.Equal(16, places.Moving);
        var ended = Assert.Single(hostile, static place => place.WasEnded);
        Assert.True(ended.Moved.IsSet);
        Assert.False(good.WasEnded);
        ended.Dispose();

        // All who wait go on, as places become free, and no place is given twice.
        Assert.Equal(16, places.Moving);
        foreach (var place in slow)
        {
            place.Dispose();
        }

        Assert.Equal(13, places.Moving);
        foreach (var place in hostile.Where(static place => !place.WasEnded))
        {
            place.Dispose();
        }

        Assert.True(good.Moved.IsSet);
        Assert.Equal(0, places.Moving);
        good.Dispose();
    }

    [Fact]
    public async Task Who_has_given_up_does_not_get_in()
    {
        var places = new Places(2, new FakeTimeProvider());
        using var first = Entered(places, "a");
        using var giving = new CancellationTokenSource();
        var waiting = places.EnterAsync("a", giving.Token);
        await giving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => places.EnterAsync("b", giving.Token));
        using var other = Entered(places, "b");
        Assert.False(places.EnterAsync("a", CancellationToken.None).IsCompleted);
    }

    /// <summary>Who takes long shares the place with others who do: whoever has used less, beyond what it has waited, goes on.</summary>
    [Fact]
    public void Calls_that_take_long_take_turns()
    {
        var time = new FakeTimeProvider();
        var places = new Places(2, time);
        var first = Entered(places, "first");
        time.Advance(10 * Places.QuickTime);
        Assert.True(first.TryGoOn());

        var second = Entered(places, "second");
        time.Advance(Places.QuickTime / 2);
        Assert.True(first.TryGoOn());
        time.Advance(Places.QuickTime / 2);
        Assert.False(second.TryGoOn());
        Assert.False(first.TryGoOn());
        Assert.True(second.Moved.IsSet);
        Assert.Equal(1, places.Moving);

        // It has used a tenth of the other's, and has the place until it has caught up; what the other waits meanwhile counts for that one.
        Assert.True(second.TryGoOn());
        var waited = TimeSpan.Zero;
        while (!first.Moved.IsSet)
        {
            time.Advance(Places.QuickTime);
            waited += Places.QuickTime;
            Assert.Equal(second.Used + Places.QuickTime <= first.Used - waited, second.TryGoOn());
        }

        Assert.InRange(waited, 4 * Places.QuickTime, 7 * Places.QuickTime);

        // Time in which it waits is not its own.
        var used = first.Used;
        time.Advance(Places.QuickTime);
        Assert.True(first.TryGoOn());
        Assert.Equal(used, first.Used);
        first.Dispose();
        Assert.True(second.Moved.IsSet);
        second.Dispose();
        Assert.Equal(0, places.Moving);
    }

    /// <summary>
    /// Databases send calls that end before they have used as much as one that waits: that one has turns nevertheless, and ends.
    /// </summary>
    [Theory]
    [InlineData(2, 6)]
    [InlineData(4, 6)]
    public void New_calls_cannot_keep_a_call_waiting_for_ever(int count, int databases)
    {
        var step = TimeSpan.FromMilliseconds(50);
        var time = new FakeTimeProvider();
        var places = new Places(count, time);
        var honest = Entered(places, "honest");
        while (honest.Used < TimeSpan.FromSeconds(1))
        {
            time.Advance(step);
            Assert.True(honest.TryGoOn());
        }

        var calls = new Task<Places.Place>?[databases];
        var (longest, waits, taken) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        while (honest.Used < TimeSpan.FromSeconds(3))
        {
            for (var i = 0; i < databases; i++)
            {
                calls[i] ??= places.EnterAsync($"db{i}", CancellationToken.None);
            }

            time.Advance(step);
            taken += step;
            for (var i = 0; i < databases; i++)
            {
                if (calls[i] is not { IsCompleted: true, Result: { IsMoving: false } call })
                {
                    continue;
                }

                if (call.Used >= TimeSpan.FromMilliseconds(900))
                {
                    call.Dispose();
                    calls[i] = null;
                }
                else
                {
                    call.TryGoOn();
                }
            }

            waits = honest.IsMoving ? waits + step : TimeSpan.Zero;
            longest = waits > longest ? waits : longest;
            Assert.True(longest < TimeSpan.FromSeconds(4), "It waits for others that began later.");
            if (!honest.IsMoving)
            {
                honest.TryGoOn();
            }
        }

        Assert.True(longest > TimeSpan.Zero);
        Assert.True(taken < TimeSpan.FromSeconds(60), $"It took {taken}.");
    }

    /// <summary>A call that has its place alone is like any other to those who come then.</summary>
    [Fact]
    public void A_call_that_is_alone_leaves_others_their_places()
    {
        var time = new FakeTimeProvider();
        var places = new Places(4, time);
        using var alone = new LonePlace(places, time);
        Assert.True(places.TryEnterAlone(alone, "a"));
        Assert.True(alone.TryGoOn());
        using var second = Entered(places, "a");
        Assert.True(places.HasItsShare("a"));
        Assert.False(places.EnterAsync("a", CancellationToken.None).IsCompleted);
        using var third = Entered(places, "b");
        using var quick = Entered(places, "c");
        Assert.Equal((false, false, true), (second.IsQuick, third.IsQuick, quick.IsQuick));
        time.Advance(Places.QuickTime);
        Assert.False(quick.TryGoOn());

        // What has left the quick place has used as much as each of the others, and they make way when they have used more.
        time.Advance(Places.QuickTime);
        Assert.False(alone.TryGoOn());
        Assert.True(quick.Moved.IsSet);
    }

    [Fact]
    public void Calls_that_meet_do_not_run_alone_for_a_while()
    {
        var places = new Places(4, new FakeTimeProvider());
        Assert.True(TryAlone());
        Entered(places, "a").Dispose();
        Assert.True(TryAlone());
        using (Entered(places, "a"))
        {
            Assert.False(TryAlone());
            Entered(places, "b").Dispose();
        }

        Assert.InRange(Enumerable.Range(0, 1000).TakeWhile(_ => !TryAlone()).Count(), 10, 100);
        Assert.True(TryAlone());

        bool TryAlone()
        {
            var place = new LonePlace(places, TimeProvider.System);
            if (!places.TryEnterAlone(place, "b"))
            {
                return false;
            }

            place.Dispose();
            return true;
        }
    }

    /// <summary>A place in whose time the call has begun.</summary>
    private static Places.Place Entered(Places places, string scope)
    {
        var entering = places.EnterAsync(scope, CancellationToken.None);
        Assert.True(entering.IsCompletedSuccessfully);
        var place = entering.GetAwaiter().GetResult();
        Assert.True(place.TryGoOn());
        return place;
    }

    private readonly record struct Step(Act Act, int Which);

    /// <summary>A run, and what must hold after each of its steps.</summary>
    private sealed class Run(int count, int scopes)
    {
        private readonly FakeTimeProvider _time = new();
        private readonly List<Call> _waiting = [];
        private readonly List<Call> _running = [];
        private Places? _places;
        private int _last;

        private Places Places => _places ??= new Places(count, _time);

        private int Most => Math.Max(1, count / 2);

        public void Do(Step step)
        {
            switch (step.Act)
            {
                case Act.Arrive:
                    Arrive(step.Which % scopes);
                    break;
                case Act.ArriveAgain:
                    Arrive(_last);
                    break;
                case Act.ArriveAlone:
                    ArriveAlone(step.Which % scopes);
                    break;
                case Act.Leave when _running.Count > 0:
                    var leaving = _running[step.Which % _running.Count];
                    _running.Remove(leaving);
                    leaving.Place.Dispose();
                    break;
                case Act.GiveUp when _waiting.Count > 0:
                    var giving = _waiting[step.Which % _waiting.Count];
                    _waiting.Remove(giving);
                    giving.Cancellation.Cancel();
                    Assert.True(giving.Entering.IsCanceled);
                    break;
                case Act.Wait:
                    _time.Advance(TimeSpan.FromMilliseconds(step.Which % 2 == 0 ? 30 : 150));
                    foreach (var call in _running.Where(static call => !call.Place.IsMoving))
                    {
                        call.Place.TryGoOn();
                        Assert.False(call.Place.IsQuick && call.Place.Used >= Places.QuickTime);
                    }

                    break;
                default:
                    break;
            }

            Heed();
            Check();
        }

        /// <summary>All that run leave, one after another: whoever waits gets in, and then all places are there again.</summary>
        public void Drain()
        {
            while (_running.Count > 0)
            {
                Do(new Step(Act.Leave, 0));
            }

            Assert.Empty(_waiting);
            Assert.Equal(0, Places.Moving);
            var all = Enumerable.Range(0, count).Select(i => Entered(Places, $"new{i}")).ToList();
            Assert.Single(all, static place => place.IsQuick);
            Assert.False(Places.EnterAsync("more", CancellationToken.None).IsCompleted);
        }

        private void Arrive(int scope)
        {
            _last = scope;
            var cancellation = new CancellationTokenSource();
            _waiting.Add(new Call(scope, Places.EnterAsync($"db{scope}", cancellation.Token), cancellation));
        }

        private void ArriveAlone(int scope)
        {
            var place = new LonePlace(Places, _time);
            var isAlone = _running.Count == 0 && _waiting.Count == 0;
            if (Places.TryEnterAlone(place, $"db{scope}"))
            {
                Assert.True(isAlone);
                Assert.True(place.TryGoOn());
                _running.Add(new Call(scope, Task.FromResult<Places.Place>(place), new CancellationTokenSource()));
            }
        }

        /// <summary>Takes note of who got in: of a database in the order in which they came, of databases each in its turn.</summary>
        private void Heed()
        {
            var entered = _waiting.Where(static call => call.Entering.IsCompletedSuccessfully).ToList();
            foreach (var call in entered)
            {
                Assert.Equal(_waiting.First(other => other.Scope == call.Scope), call);
                _waiting.Remove(call);
                _running.Add(call);
                Assert.True(call.Place.TryGoOn());
                call.Overtaken.Clear();
            }

            // Who waits and may get in lets each of the others pass once at most.
            foreach (var call in _waiting)
            {
                if (_waiting.First(other => other.Scope == call.Scope) != call || RunningOf(call.Scope) >= Most)
                {
                    call.Overtaken.Clear();
                    continue;
                }

                foreach (var other in entered.Where(other => other.Scope != call.Scope))
                {
                    Assert.True(call.Overtaken.Add(other.Scope), "One database was let in twice while another waited.");
                }
            }
        }

        private void Check()
        {
            var quick = _running.Count(static call => call.Place.IsQuick);
            var moving = _running.Count(static call => call.Place.IsMoving);
            var slow = _running.Count - quick - moving;
            Assert.InRange(quick, 0, 1);
            Assert.InRange(slow, 0, count - 1);
            Assert.Equal(moving, Places.Moving);
            Assert.True(moving == 0 || slow == count - 1, "A call waits for a place, and there is one.");
            for (var scope = 0; scope < scopes; scope++)
            {
                Assert.InRange(RunningOf(scope), 0, Most);
                Assert.True(
                    RunningOf(scope) == Most || _waiting.All(call => call.Scope != scope) || (quick == 1 && slow == count - 1),
                    "A call waits that could have a place.");
            }
        }

        private int RunningOf(int scope) => _running.Count(call => call.Scope == scope);
    }

    private sealed class LonePlace(Places places, TimeProvider time) : Places.Place(places, time)
    {
        public override void OnEntered() => Assert.Fail("It never waits.");

        public override void OnGivenUp(CancellationToken cancellation) => Assert.Fail("It never waits.");
    }

    private sealed record Call(int Scope, Task<Places.Place> Entering, CancellationTokenSource Cancellation)
    {
        public Places.Place Place => Entering.GetAwaiter().GetResult();

        /// <summary>The databases that were let in while this was the first in line of its own.</summary>
        public HashSet<int> Overtaken { get; } = [];
    }
}
