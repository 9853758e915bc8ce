using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CloudWall.Scripting.QueryServers;

/// <summary>The processes of one language: a bounded number, each for one database, ended when idle.</summary>
internal sealed class QueryServerPool : IDisposable
{
    private readonly string _command;
    private readonly ScriptHostOptions _options;
    private readonly SemaphoreSlim _places;
    private readonly int _limit;
    private readonly List<QueryServerProcess> _idle = [];
    private readonly Lock _lock = new();
    private readonly IdleTimer _timer;
    private bool _disposed;
    private int _busy;

    public QueryServerPool(string command, ScriptHostOptions options)
    {
        _command = command;
        _options = options;
        _limit = Math.Max(1, options.ProcessLimit);
        _places = new SemaphoreSlim(_limit);
        _timer = new IdleTimer(options.Time, options.IdleTime, DropIdle);
    }

    public ScriptHostOptions Options => _options;

    /// <summary>How many processes there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _busy + _idle.Count;
            }
        }
    }

    /// <summary>Runs something with a process, which is kept if it is fit for use afterwards.</summary>
    public T Use<T>(string scope, Func<QueryServerProcess, T> body, CancellationToken cancellation)
    {
        WaitForPlace(cancellation);
        QueryServerProcess? process = null;
        try
        {
            process = Take(scope);
            using var stop = process.StopOn(cancellation);
            var result = body(process);
            return result;
        }
        catch (ScriptException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (JsonException) when (process is not null)
        {
            throw process.Nonsense("invalid JSON");
        }
        catch (Exception e) when (e is not ScriptException)
        {
            // Whoever called has left in the middle of a conversation.
            process?.Kill();
            throw;
        }
        finally
        {
            Return(process);
            _places.Release();
        }
    }

    /// <summary>Forgets what the last one asked for, and says what is allowed.</summary>
    public void Reset(QueryServerProcess process)
    {
        process.Prepared = null;
        var limit = _options.Limits.ReduceLimit switch { ReduceLimit.Fail => "true", ReduceLimit.Log => "\"log\"", _ => "false" };
        var timeout = (long)_options.Limits.Timeout.TotalMilliseconds;
        Expect(process, Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"[\"reset\",{{\"reduce_limit\":{limit},\"timeout\":{timeout}}}]\n")));
    }

    /// <summary>Sends a line that is answered by <c>true</c>.</summary>
    public static void Expect(QueryServerProcess process, ReadOnlySpan<byte> line)
    {
        if (!process.Ask(line).Span.Trim(" \r\t"u8).SequenceEqual("true"u8))
        {
            throw process.Nonsense("unexpected answer");
        }
    }

    /// <summary>Ends idle processes of a database.</summary>
    public void Release(string scope) => Drop(process => process.Scope == scope);

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }
        _timer.Dispose();
        Drop(static _ => true);
    }

    private void WaitForPlace(CancellationToken cancellation)
    {
        if (_places.Wait(0, cancellation))
        {
            return;
        }
        using var late = new CancellationTokenSource(_options.Limits.Timeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            _places.Wait(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw ScriptException.TimedOut();
        }
    }

    private QueryServerProcess Take(string scope)
    {
        QueryServerProcess? evicted = null;
        lock (_lock)
        {
            _busy++;
            var at = _idle.FindLastIndex(process => process.Scope == scope);
            if (at >= 0)
            {
                var found = _idle[at];
                _idle.RemoveAt(at);
                return found;
            }
            if (_busy + _idle.Count > _limit && _idle.Count > 0)
            {
                evicted = _idle[0];
                _idle.RemoveAt(0);
            }
        }
        evicted?.Dispose();
        try
        {
            return new QueryServerProcess(scope, _command, _options);
        }
        catch
        {
            lock (_lock)
            {
                _busy--;
            }
            throw;
        }
    }

    private void Return(QueryServerProcess? process)
    {
        if (process is null)
        {
            return;
        }
        lock (_lock)
        {
            _busy--;
            if (!process.Broken && !_disposed && _idle.Count < Math.Max(1, _options.ProcessesKept))
            {
                process.LastUse = _options.Time.GetTimestamp();
                _idle.Add(process);
                _timer.Start();
                return;
            }
        }
        process.Dispose();
    }

    private void DropIdle() => Drop(process => _options.Time.GetElapsedTime(process.LastUse) >= _options.IdleTime);

    private void Drop(Predicate<QueryServerProcess> which)
    {
        List<QueryServerProcess> dropped;
        lock (_lock)
        {
            dropped = _idle.FindAll(which);
            _idle.RemoveAll(dropped.Contains);
            if (!_disposed)
            {
                _timer.Continue(_idle.Count > 0 ? _idle.Min(static process => process.LastUse) : null);
            }
        }

        dropped.ForEach(static process => process.Dispose());
    }
}
