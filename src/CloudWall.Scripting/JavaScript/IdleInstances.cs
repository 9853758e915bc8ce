using CloudWall.Scripting.QuickJs;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Instances of one database that wait for its next calls, as long as there is room for them. Once they are retired, what comes back later
/// is disposed of.
/// </summary>
/// <param name="budget">What all that is kept may take.</param>
/// <param name="most">How many are kept.</param>
internal sealed class IdleInstances(MemoryBudget budget, int most)
{
    /// <summary>An instance takes at least so much, with what the engine has of it beside its memory.</summary>
    private const long Least = 1 << 20;

    private readonly Lock _lock = new();
    private readonly List<Idle> _idle = [];
    private bool _retired;

    /// <summary>Takes the one that was used last; null where there is none.</summary>
    public QuickJsInstance? TryTake()
    {
        while (true)
        {
            Idle idle;
            lock (_lock)
            {
                if (_idle.Count == 0)
                {
                    return null;
                }

                idle = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
            }

            // One that is being dropped belongs to who drops it.
            if (budget.Forget(idle))
            {
                return idle.Instance;
            }
        }
    }

    /// <summary>Takes one that has served a call, whose <see cref="QuickJsInstance.KeptBytes"/> are known; it may be disposed of.</summary>
    public void Add(QuickJsInstance instance)
    {
        // Outside of the lock, since others' instances may have to go for it.
        var idle = new Idle(this, instance);
        budget.Keep(idle, Math.Max(Least, instance.KeptBytes));
        lock (_lock)
        {
            if (!_retired && _idle.Count < most && !idle.IsDropped)
            {
                _idle.Add(idle);
                return;
            }
        }

        if (budget.Forget(idle))
        {
            instance.Dispose();
        }
    }

    /// <summary>Disposes of them, and of those that come later.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _retired = true;
        }

        while (TryTake() is { } instance)
        {
            instance.Dispose();
        }
    }

    private void Remove(Idle idle)
    {
        lock (_lock)
        {
            idle.IsDropped = true;
            _idle.Remove(idle);
        }
    }

    private sealed class Idle(IdleInstances owner, QuickJsInstance instance) : KeptMemory
    {
        public QuickJsInstance Instance { get; } = instance;

        public bool IsDropped { get; set; }

        public override void Drop()
        {
            owner.Remove(this);
            Instance.Dispose();
        }
    }
}
