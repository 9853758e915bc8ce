
namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// Makes instances in which the driver waits for commands. The module is loaded with the first of them, so that a node that runs no
/// functions does not pay for it.
/// </summary>
internal sealed class QuickJsEngine : IDisposable
{
    private readonly ScriptHostOptions _options;
    private readonly Lazy<(QuickJsModule Module, QuickJsImage Image)> _loaded;
    private readonly MemoryBudget _budget;

    public QuickJsEngine(ScriptHostOptions options)
    {
        _options = options;
        _budget = new MemoryBudget(options.TotalMemory);
        _loaded = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);
        Ticker = new EpochTicker(() => _loaded.Value.Module.Tick());
    }

    /// <summary>Lets time pass while calls run.</summary>
    public EpochTicker Ticker { get; }

    /// <summary>Bytes that instances may still take, beyond what each begins with.</summary>
    public long MemoryLeft => _budget.Left;

    /// <summary>The state in which the driver waits.</summary>
    public QuickJsImage Start => _loaded.Value.Image;

    /// <summary>Makes an instance of that state.</summary>
    /// <param name="image">The state.</param>
    public QuickJsInstance Create(QuickJsImage image)
    {
        var instance = New(_loaded.Value.Module);
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

    public void Dispose()
    {
        Ticker.Dispose();
        if (_loaded.IsValueCreated)
        {
            _loaded.Value.Module.Dispose();
        }
    }

    private QuickJsInstance New(QuickJsModule module) => new(module, _options.Limits.Memory, _budget, _options.Time);

    private (QuickJsModule, QuickJsImage) Load()
    {
        var module = QuickJsModule.Load(_options.Limits.Memory, text => _options.Log(new ScriptLogEntry("", text)));
        try
        {
            using var instance = New(module);
            return (module, Driver.Start(instance));
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }
}
