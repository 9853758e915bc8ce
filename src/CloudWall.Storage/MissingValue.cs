namespace CloudWall.Storage;

/// <summary>The result of a look-up of a missing key. It holds no resources, so one instance is shared.</summary>
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
