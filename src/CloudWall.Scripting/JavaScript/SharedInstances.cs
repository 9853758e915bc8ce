using CloudWall.Scripting.QuickJs;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// The idle instances of each database, which all its sets of functions share: each call finds an instance in the state that its set has,
/// whichever set used it before. So a database with hundreds of design documents needs no more instances than it has calls at a time.
/// </summary>
/// <param name="budget">What all that is kept may take.</param>
/// <param name="most">How many are kept for one database.</param>
internal sealed class SharedInstances(MemoryBudget budget, int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Pool> _pools = new(StringComparer.Ordinal);

    /// <summary>The instances of a database, for a set that has some from now on.</summary>
    public IdleInstances Open(string scope)
    {
        lock (_lock)
        {
            if (!_pools.TryGetValue(scope, out var pool))
            {
                _pools.Add(scope, pool = new Pool(new IdleInstances(budget, most)));
            }

            pool.Sets++;
            return pool.Instances;
        }
    }

    /// <summary>A set has none any more; they are disposed of after the last one.</summary>
    public void Close(string scope)
    {
        Pool pool;
        lock (_lock)
        {
            pool = _pools[scope];
            if (--pool.Sets > 0)
            {
                return;
            }

            _pools.Remove(scope);
        }

        pool.Instances.Retire();
    }

    private sealed class Pool(IdleInstances instances)
    {
        public IdleInstances Instances { get; } = instances;

        public int Sets { get; set; }
    }
}
