namespace CloudWall.Scripting.QuickJs;

/// <summary>Lets time pass for WebAssembly while calls run, by a thread that sleeps otherwise.</summary>
internal sealed class EpochTicker(Action tick) : IDisposable
{
    /// <summary>How exact limits are.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _any = new();
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
            if (--_running == 0)
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
        }

        thread?.Join();
    }

    private void Run()
    {
        while (true)
        {
            _any.Wait();
            lock (_lock)
            {
                if (_disposed)
                {
                    return;
                }
            }

            tick();
            Thread.Sleep(Period);
        }
    }
}
