namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// Lets time pass for WebAssembly while calls run, by a thread that sleeps otherwise. It goes to sleep some time after the last call: to
/// wake it for each would take longer than a short call.
/// </summary>
internal sealed class EpochTicker(Action tick) : IDisposable
{
    /// <summary>How exact limits are.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    /// <summary>So many periods without a call go by until the thread sleeps.</summary>
    private const int IdlePeriods = 50;

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _awake = new(initialState: true);
    private readonly ManualResetEvent _ended = new(initialState: false);
    private Thread? _thread;
    private int _running;
    private bool _wasUsed;
    private bool _disposed;

    /// <summary>Whether the thread sleeps until the next call.</summary>
    public bool IsAsleep => !_awake.IsSet;

    /// <summary>A call begins.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            _running++;
            _wasUsed = true;
            if (!_awake.IsSet)
            {
                _awake.Set();
            }

            if (_thread is null && !_disposed)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "script clock", Priority = ThreadPriority.AboveNormal };
                _thread.Start();
            }
        }
    }

    /// <summary>A call has ended.</summary>
    public void Exit()
    {
        lock (_lock)
        {
            _running--;
        }
    }

    public void Dispose()
    {
        Thread? thread;
        lock (_lock)
        {
            _disposed = true;
            thread = _thread;
            _awake.Set();
            _ended.Set();
        }

        thread?.Join();
        _ended.Dispose();
    }

    private void Run()
    {
        var idle = 0;
        do
        {
            lock (_lock)
            {
                idle = _running > 0 || _wasUsed ? 0 : idle + 1;
                _wasUsed = false;
                if (idle >= IdlePeriods && !_disposed)
                {
                    idle = 0;
                    _awake.Reset();
                }
            }

            _awake.Wait();
            tick();
        }
        while (!_ended.WaitOne(Period));
    }
}
