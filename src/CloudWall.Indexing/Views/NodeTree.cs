namespace CloudWall.Indexing.Views;

/// <summary>Pages of nodes of a view at one moment, as far as they have been read.</summary>
/// <param name="commits">Which moment (<see cref="IndexState.Commits"/>).</param>
internal sealed class NodeTree(long commits)
{
    private NodePage? _root;

    /// <summary>Which moment.</summary>
    public long Commits => commits;

    /// <summary>The nodes of the highest level that is looked at, where they have been read.</summary>
    public NodePage? Root => Volatile.Read(ref _root);

    /// <summary>About how many bytes its pages take; the cache's to keep.</summary>
    public long Weight { get; set; }

    /// <summary>Keeps the root, where none is yet.</summary>
    public bool TryKeep(NodePage root) => Interlocked.CompareExchange(ref _root, root, null) is null;
}
