using CloudWall.Documents.Databases;

namespace CloudWall.Replication.Peers;

/// <summary>Asks a filter of a local source which changes pass.</summary>
/// <param name="database">The source.</param>
/// <param name="selection">The filter, with its parameters.</param>
/// <param name="changes">Changes with the revisions that it is asked about.</param>
/// <param name="cancellation">Gives up.</param>
/// <returns>The changes of which any revision passes, with those that do.</returns>
public delegate Task<IReadOnlyList<PeerChange>> LocalFilter(
    Database database, ChangesSelection selection, IReadOnlyList<PeerChange> changes, CancellationToken cancellation);
