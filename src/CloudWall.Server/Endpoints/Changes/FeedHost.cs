namespace CloudWall.Server.Endpoints.Changes;

/// <summary>What all feeds of a node share.</summary>
/// <param name="Places">How many may be open.</param>
/// <param name="Time">The clock.</param>
/// <param name="LongestWait"><c>[chttpd] changes_timeout</c>: the default and the most for heartbeats and timeouts.</param>
/// <param name="Stopping">Cancelled when the node is ending: feeds send their last line then.</param>
internal sealed record FeedHost(FeedPlaces Places, TimeProvider Time, Func<TimeSpan> LongestWait, CancellationToken Stopping);
