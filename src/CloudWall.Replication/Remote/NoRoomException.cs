namespace CloudWall.Replication.Remote;

/// <summary>
/// There is no memory now for more of a peer's answer, since others hold it. Neither the peer nor its answer is at fault: it is asked
/// again.
/// </summary>
internal sealed class NoRoomException(Exception refused)
    : IOException("There is no memory now for the rest of the answer.", refused);
