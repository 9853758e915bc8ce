namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// Makes instances in which the driver waits for commands. The module is loaded with the first of them, so that a node that runs no
/// functions does not pay for it; all engines of a process share it.
/// </summary>
internal sealed class QuickJsEngine : IDisposable
{
    /// <summary>What the first instances are made with, while they are only tried out.</summary>
    private const long FirstMemory = 64 << 20;

    private static readonly Lock Loading = new();
    private static (QuickJsModule Module, QuickJsImage Image)? _loaded;

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

    private (QuickJsModule Module, QuickJsImage Image) Ready
    {
        get
        {
            lock (Loading)
            {
                return _loaded ??= Load(_options.Log);
            }
        }
    }

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

    private static (QuickJsModule, QuickJsImage) Load(Action<ScriptLogEntry> log)
    {
        var module = QuickJsModule.Load(text => log(new ScriptLogEntry("", text)));
        try
        {
            var budget = new MemoryBudget(FirstMemory);
            using var instance = new QuickJsInstance(module, FirstMemory, budget, TimeProvider.System);
            var image = Driver.Start(instance);
            using var probed = new QuickJsInstance(module, FirstMemory, budget, TimeProvider.System);
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
