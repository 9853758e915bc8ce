namespace CloudWall.Scripting.Running;

/// <summary>The place of a call that also waits for a client: it has none meanwhile.</summary>
internal sealed class StreamPlace(Places places, string scope, Places.Place first, CancellationToken cancellation) : ScriptPlace, IDisposable
{
    private Places.Place? _place = first;

    /// <inheritdoc/>
    public override void Check(CancellationToken cancellation) => _place?.Check(cancellation);

    /// <inheritdoc/>
    public override void BeginWait()
    {
        _place?.Dispose();
        _place = null;
    }

    /// <inheritdoc/>
    public override void EndWait() => _place = places.EnterAsync(scope, cancellation).GetAwaiter().GetResult();

    public void Dispose() => _place?.Dispose();
}
