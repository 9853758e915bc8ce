namespace CloudWall.Scripting.JavaScript;

/// <summary>A call of map functions over several documents, which ends between two of them once it has taken long.</summary>
internal sealed class MapCall(
    string scope, ScriptHostOptions options, CancellationToken cancellation) : TimedCall(scope, options, cancellation)
{
    /// <summary>How long documents are mapped together: others wait for the place, or for the index's turn.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(1);

    private readonly ScriptHostOptions _options = options;
    private readonly long _start = options.Time.GetTimestamp();
    private int _done;

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
        _done++;
    }

    /// <summary>Ends a call; what it has done is lost.</summary>
    /// <param name="documents">How many documents it has done.</param>
    internal sealed class TooLongException(int documents) : Exception
    {
        /// <summary>How many documents it has done.</summary>
        public int Documents { get; } = documents;
    }
}
