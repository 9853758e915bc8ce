using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.JavaScript;

/// <summary>A call of map functions over several documents, which ends between two of them once it has taken long.</summary>
internal sealed class MapCall(
    string scope, ScriptHostOptions options, CancellationToken cancellation) : TimedCall(scope, options, cancellation)
{
    /// <summary>How long documents are mapped together: others wait for the place, or for the index's turn.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    private readonly ScriptHostOptions _options = options;
    private readonly TimeProvider _clock = ThreadTime.Beside(options.Time);
    private readonly long _start = options.Time.GetTimestamp();
    private int _done;
    private bool _isMeasured;
    private long _measured;

    /// <summary>How many functions the documents go through.</summary>
    public int Functions { get; init; } = 1;

    /// <summary>How many documents it has done, without the one that has begun.</summary>
    public int Done => Math.Max(0, _done - 1);

    /// <inheritdoc/>
    public override bool SharesMemory => base.SharesMemory || Functions > 1;

    /// <inheritdoc/>
    public override void Progress()
    {
        if (_done > 0 && _options.Time.GetElapsedTime(_start) >= Long)
        {
            throw new TooLongException(_done);
        }

        // The one that begins.
        base.Progress();
        _isMeasured = false;
        _done++;
    }

    /// <summary>
    /// Only its own processor time counts, where the system tells it: a document has rows, or none, however busy the machine is. The
    /// system is asked for it no more often than the time is looked at.
    /// </summary>
    protected override bool IsOver()
    {
        if (_clock == _options.Time)
        {
            return base.IsOver();
        }

        if (!_isMeasured)
        {
            (_isMeasured, _measured) = (true, _clock.GetTimestamp());
        }

        return base.IsOver() && _clock.GetElapsedTime(_measured) > _options.Limits.Timeout;
    }

    /// <summary>Ends a call; what it has done is lost.</summary>
    /// <param name="documents">How many documents it has done.</param>
    internal sealed class TooLongException(int documents) : Exception
    {
        /// <summary>How many documents it has done.</summary>
        public int Documents { get; } = documents;
    }
}
