namespace CloudWall.Scripting.Running;

/// <summary>
/// The places for calls that wait for their clients. Who is slow keeps a place only while nobody else needs it: whoever has to wait for one
/// looks each second for a call whose client has taken nothing for <see cref="Stall"/>, or has let it wait for <see cref="Slow"/> in all,
/// and ends the one that has waited longest. Of a database that has at least two places more than the one that waits, it is enough that a
/// client has let its call wait for <see cref="Stall"/> in all. An eighth of the places, but one at least, is kept for databases that have
/// none.
/// </summary>
/// <param name="count">How many there are.</param>
/// <param name="time">The clock.</param>
internal sealed class Streams(int count, TimeProvider time)
{
    /// <summary>How long a client may take nothing while others wait for a place.</summary>
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may keep its call waiting in all while others wait for a place.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Places _places = new(count, time, kept: Math.Max(1, count / 8));
    private readonly Lock _gate = new();
    private readonly HashSet<StreamPlace> _running = [];

    /// <summary>Takes a place as soon as there is one.</summary>
    public async Task<IDisposable> EnterAsync(string scope, CancellationToken cancellation)
    {
        var entering = _places.EnterAsync(scope, cancellation);
        if (entering.IsCompleted)
        {
            return await entering.ConfigureAwait(false);
        }

        using var timer = new PeriodicTimer(Period, time);
        while (await Task.WhenAny(entering, timer.WaitForNextTickAsync(CancellationToken.None).AsTask()).ConfigureAwait(false) != entering)
        {
            MakeRoom(scope);
        }

        return await entering.ConfigureAwait(false);
    }

    /// <summary>A call begins that has entered.</summary>
    public void Add(StreamPlace place)
    {
        lock (_gate)
        {
            _running.Add(place);
        }
    }

    /// <summary>It has ended.</summary>
    public void Remove(StreamPlace place)
    {
        lock (_gate)
        {
            _running.Remove(place);
        }
    }

    private void MakeRoom(string scope)
    {
        // A database that has its share can only be helped by its own.
        var own = _places.HasItsShare(scope);
        var has = _places.HeldBy(scope);
        StreamPlace? slowest = null;
        var longest = TimeSpan.Zero;
        lock (_gate)
        {
            foreach (var place in _running)
            {
                var (all, now) = place.Waited;
                var enough = place.Scope != scope && _places.HeldBy(place.Scope) > has + 1 ? Stall : Slow;
                if ((!own || place.Scope == scope) && (now >= Stall || all >= enough) && all > longest)
                {
                    (slowest, longest) = (place, all);
                }
            }
        }

        slowest?.EndForOthers();
    }
}
