using System.Globalization;

namespace CloudWall.Replication.Peers;

/// <summary>What a database says of itself (<c>GET /{db}</c>).</summary>
/// <param name="UpdateSequence">Its <c>update_seq</c> as JSON: peers other than CouchDB have numbers, strings or arrays.</param>
/// <param name="InstanceStartTime">Its <c>instance_start_time</c>: changes when the database is deleted and created anew.</param>
public sealed record PeerInfo(string UpdateSequence, string InstanceStartTime)
{
    /// <summary>Whether it says that it has no documents, not even deleted ones: there is no need then to ask which are missing.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>
    /// What tells the database, in ids of checkpoints, from others that have had its name. CloudWall nodes say to the millisecond when it
    /// was created; of other peers it is <see cref="InstanceStartTime"/>.
    /// </summary>
    public string Identity { get; init; } = InstanceStartTime;

    /// <summary>
    /// The identity of a database of a CloudWall node. It is in microseconds, as the first versions had <c>instance_start_time</c>: the ids
    /// of their checkpoints were made of it.
    /// </summary>
    /// <param name="createdAt">When it was created, in milliseconds since 1970.</param>
    internal static string IdentityOf(long createdAt) => (createdAt * 1000).ToString(CultureInfo.InvariantCulture);
}
