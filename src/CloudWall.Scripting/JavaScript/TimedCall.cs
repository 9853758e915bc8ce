using System.Text;
using CloudWall.Scripting.QuickJs;

namespace CloudWall.Scripting.JavaScript;

/// <summary>A call with limits on its time and on what it logs.</summary>
internal class TimedCall : ScriptCall
{
    private readonly string _scope;
    private readonly ScriptHostOptions _options;
    private readonly CancellationToken _cancellation;
    private long _began;
    private int _logged;

    public TimedCall(string scope, ScriptHostOptions options, CancellationToken cancellation)
    {
        (_scope, _options, _cancellation) = (scope, options, cancellation);
        _began = options.Time.GetTimestamp();
    }

    /// <summary>How many pieces were begun.</summary>
    public int Pieces { get; private set; }

    /// <summary>How long the present piece has taken.</summary>
    protected TimeSpan Elapsed => _options.Time.GetElapsedTime(_began);

    /// <inheritdoc/>
    public override void BeginPiece()
    {
        Pieces++;
        _began = _options.Time.GetTimestamp();
    }

    /// <inheritdoc/>
    public override void CheckTime()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (Elapsed > _options.Limits.Timeout)
        {
            throw ScriptException.TimedOut();
        }

        // The place may have to be changed; the function's time stands still meanwhile.
        var paused = _options.Time.GetTimestamp();
        Running.ScriptPlace.Current?.Check(_cancellation);
        _began += _options.Time.GetTimestamp() - paused;
    }

    /// <inheritdoc/>
    public override void Log(ReadOnlySpan<byte> line)
    {
        var left = _options.Limits.LogBytes - _logged;
        if (left > 0)
        {
            _logged += line.Length;
            _options.Log(new ScriptLogEntry(_scope, line.Length <= left ? Encoding.UTF8.GetString(line) : Encoding.UTF8.GetString(line[..left]) + "…"));
        }
    }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? NextRow(ReadOnlyMemory<byte>? start, ReadOnlyMemory<byte> text) => null;
}
