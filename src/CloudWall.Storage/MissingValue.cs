namespace CloudWall.Storage;

/// <summary>What a look-up gives where there is no key. There is nothing to dispose of, so one serves all.</summary>
internal sealed class MissingValue : PinnedValue
{
    internal static readonly MissingValue Instance = new();

    private MissingValue()
    {
    }

    public override bool Found => false;

    public override ReadOnlySpan<byte> Span => default;

    public override ReadOnlyMemory<byte> Memory => default;

    protected override void Dispose(bool disposing)
    {
    }
}
