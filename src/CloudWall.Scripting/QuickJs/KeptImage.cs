namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// A state that is kept while there is room for it, and made anew by the next call after it was dropped. Calls that find none do not wait
/// for each other.
/// </summary>
/// <param name="budget">What all that is kept may take.</param>
/// <param name="make">Makes the state, on a thread for functions.</param>
/// <param name="isKept">Whether anything is to be kept of the functions whose state it is.</param>
internal sealed class KeptImage(MemoryBudget budget, Func<CancellationToken, QuickJsImage> make, Func<bool> isKept) : KeptMemory
{
    private volatile QuickJsImage? _image;

    /// <summary>The state.</summary>
    /// <exception cref="ScriptException">It cannot be made.</exception>
    public QuickJsImage Get(CancellationToken cancellation)
    {
        if (_image is { } image)
        {
            budget.Use(this);
            return image;
        }

        image = make(cancellation);
        if (isKept())
        {
            _image = image;
            budget.Keep(this, image.Bytes);
            if (!isKept())
            {
                Release();
            }
        }

        return image;
    }

    /// <inheritdoc/>
    public override void Drop() => _image = null;

    /// <summary>Keeps it no longer.</summary>
    public void Release() => budget.Drop(this);
}
