namespace CloudWall.Indexing.Views;

/// <summary>The cached pages of a view's nodes in one state of the index.</summary>
/// <param name="commits">The state (<see cref="IndexState.Commits"/>).</param>
internal sealed class NodeTree(long commits)
{
    private NodePage? _root;

    /// <summary>The state.</summary>
    public long Commits => commits;

    /// <summary>The nodes of the highest level that queries read, where they are cached.</summary>
    public NodePage? Root => Volatile.Read(ref _root);

    /// <summary>The approximate size of its pages in bytes, maintained by the cache.</summary>
    public long Weight { get; set; }

    /// <summary>Caches the root, where there is none yet.</summary>
    public bool TryKeep(NodePage root) => Interlocked.CompareExchange(ref _root, root, null) is null;
}
