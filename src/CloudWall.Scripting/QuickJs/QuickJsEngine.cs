using System.Collections.Concurrent;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// Makes instances in which the driver waits for commands. The module is loaded with the first of them, so that a node that runs no
/// functions does not pay for it; all engines of a process whose instances are of the same size share it.
/// </summary>
internal sealed class QuickJsEngine : IDisposable
{
    private static readonly ConcurrentDictionary<long, Lazy<(QuickJsModule Module, QuickJsImage Image)>> Loaded = new();

    private readonly ScriptHostOptions _options;
    private readonly MemoryBudget _budget;

    public QuickJsEngine(ScriptHostOptions options)
    {
        _options = options;
        _budget = new MemoryBudget(options.TotalMemory);
        Ticker = new EpochTicker(() => Ready.Module.Tick());
    }

    /// <summary>Lets time pass while calls run.</summary>
    public EpochTicker Ticker { get; }

    /// <summary>Bytes that instances may still take, beyond what each begins with.</summary>
    public long MemoryLeft => _budget.Left;

    /// <summary>The state in which the driver waits.</summary>
    public QuickJsImage Start => Ready.Image;

    private (QuickJsModule Module, QuickJsImage Image) Ready => Loaded.GetOrAdd(
        _options.Limits.Memory,
        static (memory, log) => new(() => Load(memory, log), LazyThreadSafetyMode.ExecutionAndPublication),
        _options.Log).Value;

    /// <summary>Makes an instance of a state.</summary>
    /// <param name="image">The state.</param>
    public QuickJsInstance Create(QuickJsImage image)
    {
        var instance = new QuickJsInstance(Ready.Module, _options.Limits.Memory, _budget, _options.Time);
        try
        {
            image.Restore(instance);
            return instance;
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    public void Dispose() => Ticker.Dispose();

    private static (QuickJsModule, QuickJsImage) Load(long memory, Action<ScriptLogEntry> log)
    {
        var module = QuickJsModule.Load(memory, text => log(new ScriptLogEntry("", text)));
        try
        {
            var budget = new MemoryBudget(memory);
            using var instance = new QuickJsInstance(module, memory, budget, TimeProvider.System);
            var image = Driver.Start(instance);
            using var probed = new QuickJsInstance(module, memory, budget, TimeProvider.System);
            image.Restore(probed);
            Driver.AssertStacks(probed);
            return (module, image);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }
}
