using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// Makes instances in which the driver waits for commands. The module is loaded with the first of them, so that a node that runs no
/// functions does not pay for it; all engines of a process share it.
/// </summary>
internal sealed class QuickJsEngine : IDisposable
{
    /// <summary>What the first instances are made with, while they are only tried out.</summary>
    private const long FirstMemory = 64 << 20;

    /// <summary>About what the compiler of the module takes, and frees.</summary>
    private const long CompilerMemory = 64 << 20;

    private static readonly Lock Loading = new();
    private static (QuickJsModule Module, QuickJsImage Image)? _loaded;

    private readonly ScriptHostOptions _options;
    private readonly EpochTicker _ticker;
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private int _running;
    private bool _disposed;

    public QuickJsEngine(ScriptHostOptions options)
    {
        _options = options;
        Budget = new MemoryBudget(options.TotalMemory, options.Released);
        Instances = new SharedInstances(Budget, options.EnginesKept);
        _ticker = new EpochTicker(() => Ready.Module.Tick());
    }

    /// <summary>What instances have, beyond what each begins with, and what is kept between calls.</summary>
    public MemoryBudget Budget { get; }

    /// <summary>The instances that wait for calls.</summary>
    public SharedInstances Instances { get; }

    /// <summary>The calls that are tried again because others had the memory.</summary>
    public LoneCalls Lone { get; } = new();

    /// <summary>The state in which the driver waits.</summary>
    public QuickJsImage Start => Ready.Image;

    private (QuickJsModule Module, QuickJsImage Image) Ready
    {
        get
        {
            lock (Loading)
            {
                if (_loaded is not { } loaded)
                {
                    _loaded = loaded = Load(_options.Log);
                    if (loaded.Module.WasCompiled)
                    {
                        _options.Released?.Invoke(CompilerMemory);
                    }
                }

                return loaded;
            }
        }
    }

    /// <summary>Makes an instance of a state.</summary>
    /// <param name="image">The state.</param>
    /// <param name="scope">The database that it is for.</param>
    public QuickJsInstance Create(QuickJsImage image, string scope)
    {
        var instance = new QuickJsInstance(Ready.Module, _options.Limits.Memory, Budget, scope, _options.Time);
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

    /// <summary>A call begins, for which time is to pass.</summary>
    /// <returns>Cancelled when the engine ends: the call is to end then.</returns>
    public CancellationToken Enter()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _running++;
            _ticker.Enter();
            return _ending.Token;
        }
    }

    /// <summary>A call has ended.</summary>
    public void Exit()
    {
        lock (_lock)
        {
            _ticker.Exit();
            if (--_running > 0 || !_disposed)
            {
                return;
            }
        }

        _ticker.Dispose();
    }

    /// <summary>Has the calls that run end. Time passes until the last of them has: without it, they would not.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _ending.Cancel();
            if (_running > 0)
            {
                return;
            }
        }

        _ticker.Dispose();
    }

    private static (QuickJsModule, QuickJsImage) Load(Action<ScriptLogEntry> log)
    {
        var module = QuickJsModule.Load(text => log(new ScriptLogEntry("", text, IsWarning: true)));
        try
        {
            var budget = new MemoryBudget(FirstMemory);
            using var instance = new QuickJsInstance(module, FirstMemory, budget, "", TimeProvider.System);
            var image = Driver.Start(instance);
            using var probed = new QuickJsInstance(module, FirstMemory, budget, "", TimeProvider.System);
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
