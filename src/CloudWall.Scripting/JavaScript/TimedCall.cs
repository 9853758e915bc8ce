using System.Text;
using CloudWall.Scripting.QuickJs;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.JavaScript;

/// <summary>A call with limits on its time and on what it logs.</summary>
internal class TimedCall : ScriptCall
{
    /// <summary>What a line costs beside its bytes, so that empty ones do not come for nothing.</summary>
    private const int LineCost = 100;

    private readonly string _scope;
    private readonly ScriptHostOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly TimeProvider _processorTime;
    private long _began;
    private bool _isMeasured;
    private long _measured;
    private int _logged;
    private int _pieces;

    public TimedCall(string scope, ScriptHostOptions options, CancellationToken cancellation)
    {
        (_scope, _options, _cancellation) = (scope, options, cancellation);
        _processorTime = ThreadTime.Beside(options.Time);
        _began = options.Time.GetTimestamp();
    }

    /// <summary>
    /// How many pieces of work there are, such as documents: each may take the whole time, and no call takes more than all of theirs.
    /// </summary>
    public int Pieces { get; init; } = 1;

    /// <summary>Cancelled when the engine ends, whatever its calls are about.</summary>
    public CancellationToken Ending { get; set; }

    /// <summary>
    /// Whether it has been one piece that took less than a millisecond: a few megabytes of memory cannot be touched in it.
    /// </summary>
    public bool IsShort => Pieces == 1 && Elapsed < TimeSpan.FromMilliseconds(1);

    /// <summary>Whether what runs shares its memory with other pieces or functions, so that running out of it may be their fault.</summary>
    public virtual bool SharesMemory => Pieces > 1;

    /// <summary>How long the present piece has taken.</summary>
    protected TimeSpan Elapsed => _options.Time.GetElapsedTime(_began);

    /// <inheritdoc/>
    public override void Progress()
    {
        if (++_pieces > Pieces)
        {
            throw new WasmTrapException(TrapCode.Other, "the driver begins more than it was given");
        }

        BeginPiece();
    }

    /// <inheritdoc/>
    public override void CheckTime()
    {
        _cancellation.ThrowIfCancellationRequested();
        Ending.ThrowIfCancellationRequested();
        if (IsOver())
        {
            throw ScriptException.TimedOut();
        }

        // The place may have to be changed; the function's time stands still meanwhile.
        var paused = _options.Time.GetTimestamp();
        ScriptPlace.Current?.Check(_cancellation);
        _began += _options.Time.GetTimestamp() - paused;
    }

    /// <summary>Looks whether anybody still waits for the call while its answer is read, which is not the function's time.</summary>
    /// <exception cref="OperationCanceledException">Nobody does.</exception>
    public void Look()
    {
        _cancellation.ThrowIfCancellationRequested();
        Ending.ThrowIfCancellationRequested();
        ScriptPlace.Current?.Check(_cancellation);
    }

    /// <inheritdoc/>
    public override void Log(ReadOnlySpan<byte> line)
    {
        var left = _options.Limits.LogBytes - _logged;
        if (left > 0)
        {
            _logged += line.Length + LineCost;
            _options.Log(new ScriptLogEntry(_scope, line.Length <= left ? Encoding.UTF8.GetString(line) : Encoding.UTF8.GetString(line[..left]) + "…"));
        }
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? NextRow(ReadOnlyMemory<byte>? start, ReadOnlyMemory<byte> text) => null;

    /// <summary>From now on there is all the time that a piece may take.</summary>
    public void BeginPiece()
    {
        _began = _options.Time.GetTimestamp();
        _isMeasured = false;
    }

    /// <summary>
    /// Whether the present piece has had all the time that it may take. Only its own processor time counts, where the system tells it: a
    /// function does what it should, or not, however busy the machine is. The system is asked for it no more often than the time is
    /// looked at.
    /// </summary>
    private bool IsOver()
    {
        if (_processorTime == _options.Time)
        {
            return Elapsed > _options.Limits.Timeout;
        }

        if (!_isMeasured)
        {
            (_isMeasured, _measured) = (true, _processorTime.GetTimestamp());
        }

        return Elapsed > _options.Limits.Timeout && _processorTime.GetElapsedTime(_measured) > _options.Limits.Timeout;
    }
}
