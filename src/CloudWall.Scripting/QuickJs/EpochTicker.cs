namespace CloudWall.Scripting.QuickJs;

/// <summary>Lets time pass for WebAssembly while calls run, by a thread that sleeps otherwise.</summary>
internal sealed class EpochTicker(Action tick) : IDisposable
{
    /// <summary>How exact limits are.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _any = new();
    private readonly ManualResetEvent _ended = new(initialState: false);
    private Thread? _thread;
    private int _running;
    private bool _disposed;

    /// <summary>A call begins.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            if (_running++ == 0)
            {
                _any.Set();
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
            if (--_running == 0 && !_disposed)
            {
                _any.Reset();
            }
        }
    }

    public void Dispose()
    {
        Thread? thread;
        lock (_lock)
        {
            _disposed = true;
            thread = _thread;
            _any.Set();
            _ended.Set();
        }

        thread?.Join();
        _ended.Dispose();
    }

    private void Run()
    {
        do
        {
            _any.Wait();
            tick();
        }
        while (!_ended.WaitOne(Period));
    }
}
