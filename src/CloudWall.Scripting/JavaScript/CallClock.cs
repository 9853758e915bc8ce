using Jint;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Stops a call when its time is over, or when the caller has given up. Time spent outside of the script can be given back.</summary>
internal sealed class CallClock(TimeProvider time, TimeSpan timeout) : Constraint
{
    private readonly long _ticks = (long)(timeout.TotalSeconds * time.TimestampFrequency);
    private CancellationToken _cancellation;
    private long _deadline = long.MaxValue;

    // Only looks at a clock, so that the engine may ask it every so many statements.
    public override bool IsAmortizable => true;

    /// <summary>A call begins, or a list function got its next row.</summary>
    public void Start(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _deadline = time.GetTimestamp() + _ticks;
    }

    public void Restart() => _deadline = time.GetTimestamp() + _ticks;

    public void Stop()
    {
        _deadline = long.MaxValue;
        _cancellation = default;
    }

    public override void Check()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (time.GetTimestamp() > _deadline)
        {
            throw new TimeoutException();
        }
    }

    public override void Reset()
    {
        // The engine would rewind here at every entry; when a call begins is for the sandbox to say.
    }
}
