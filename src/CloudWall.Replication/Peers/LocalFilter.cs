using CloudWall.Documents.Changes;
using CloudWall.Documents.Databases;

namespace CloudWall.Replication.Peers;

/// <summary>Opens the filter of a local source.</summary>
/// <param name="database">The source.</param>
/// <param name="selection">The filter's name with its parameters, or the selector.</param>
/// <exception cref="Documents.DocumentException">There is none.</exception>
public delegate ChangeFilter LocalFilter(Database database, ChangesSelection selection);
