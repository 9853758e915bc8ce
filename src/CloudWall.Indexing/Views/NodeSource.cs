using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>The source of nodes for a reader.</summary>
/// <param name="Reader">A snapshot.</param>
/// <param name="Commits">The index's state in the snapshot (<see cref="IndexState.Commits"/>).</param>
/// <param name="Top">The level to begin at (<see cref="ViewNode.Top"/>); 0 where there are no nodes, so that all rows are read.</param>
internal sealed record NodeSource(KeyValueReader Reader, long Commits, int Top);
