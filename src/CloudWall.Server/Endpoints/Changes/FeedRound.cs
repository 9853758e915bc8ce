namespace CloudWall.Server.Endpoints.Changes;

/// <summary>What one pass over the changes came to.</summary>
/// <param name="Rows">How many rows were written.</param>
/// <param name="LastSequence">Where a reader may go on.</param>
/// <param name="Pending">How many rows there are after that, as CouchDB counts them.</param>
internal readonly record struct FeedRound(long Rows, long LastSequence, long Pending);
