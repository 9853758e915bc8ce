using System.Collections.Concurrent;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Engines that are ready for the next call. Each serves one call at a time.</summary>
internal sealed class SandboxPool<T>(Func<T> create, Func<T, Sandbox> sandbox, int kept)
    where T : class
{
    private readonly ConcurrentBag<T> _idle = [];

    public T Rent() => _idle.TryTake(out var idle) ? idle : create();

    /// <summary>Gives an engine back, unless it must not be used again.</summary>
    public void Return(T used)
    {
        var its = sandbox(used);
        if (its is { Reusable: true, SingleUse: false } && _idle.Count < kept)
        {
            _idle.Add(used);
        }
    }

    public void Clear() => _idle.Clear();
}
