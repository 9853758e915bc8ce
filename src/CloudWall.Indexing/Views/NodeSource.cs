using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>What nodes are read from.</summary>
/// <param name="Reader">A snapshot.</param>
/// <param name="Commits">The index's state in it (<see cref="IndexState.Commits"/>).</param>
/// <param name="Top">The level to begin at (<see cref="ViewNode.Top"/>); 0 where there are no nodes, and all rows are looked at.</param>
internal sealed record NodeSource(KeyValueReader Reader, long Commits, int Top);
