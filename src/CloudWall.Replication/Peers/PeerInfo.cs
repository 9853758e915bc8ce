namespace CloudWall.Replication.Peers;

/// <summary>What a database says of itself (<c>GET /{db}</c>).</summary>
/// <param name="UpdateSequence">Its <c>update_seq</c> as JSON: peers other than CouchDB have numbers, strings or arrays.</param>
/// <param name="InstanceStartTime">Its <c>instance_start_time</c>: changes when the database is deleted and created anew.</param>
public sealed record PeerInfo(string UpdateSequence, string InstanceStartTime)
{
    /// <summary>Whether it says that it has no documents, not even deleted ones: there is no need then to ask which are missing.</summary>
    public bool IsEmpty { get; init; }
}
