namespace CloudWall.Server.Endpoints.Changes;

/// <summary>How a feed is answered (CouchDB: "Changes Feeds").</summary>
internal enum FeedKind
{
    /// <summary>What there is, at once.</summary>
    Normal,

    /// <summary>What there is; where there is nothing, the first that comes.</summary>
    Longpoll,

    /// <summary>What there is and all that comes, one JSON object a line.</summary>
    Continuous,

    /// <summary>What there is and all that comes, as server-sent events (HTML standard).</summary>
    EventSource,
}
