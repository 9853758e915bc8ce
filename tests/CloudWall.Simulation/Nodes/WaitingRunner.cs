using CloudWall.Scripting.Running;

namespace CloudWall.Simulation.Nodes;

/// <summary>
/// Runs functions of design documents one after the other. They need a stack of their own, and so a thread; the thread of the world waits
/// for it, so the order of all that happens is the same.
/// </summary>
internal sealed class WaitingRunner(World world) : ScriptRunner
{
    private readonly InlineRunner _inner = new();

    public override Task<T> RunAsync<T>(string scope, Func<T> work, CancellationToken cancellation) =>
        _inner.RunAsync(scope, () => world.RunInPlace(work), cancellation);

    public override Task StreamAsync(string scope, Action<CancellationToken> work, CancellationToken cancellation) =>
        RunAsync(
            scope,
            () =>
            {
                work(cancellation);
                return true;
            },
            cancellation);

    protected override void Dispose(bool disposing) => _inner.Dispose();
}
