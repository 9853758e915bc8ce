using CloudWall.Documents.Admission;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Runs;

/// <summary>What runs need of the node.</summary>
/// <param name="NodeId">The node's <c>uuid</c>: replications of different nodes keep apart.</param>
/// <param name="Open">Opens peers.</param>
/// <param name="Time">The time.</param>
/// <param name="NewId">Makes ids of sessions: 32 hex digits that nobody else has.</param>
/// <param name="Log">Told, in a sentence, what an administrator should know.</param>
public sealed record RunContext(string NodeId, PeerFactory Open, TimeProvider Time, Func<string> NewId, Action<string> Log)
{
    /// <summary>What revisions on their way may hold, together with requests of clients; null where nothing is counted.</summary>
    public SharedMemory? Memory { get; init; }

    /// <summary>A secret of the node that no peer knows: what checkpoints say that is for this node alone is sealed with it.</summary>
    public required ReadOnlyMemory<byte> CheckpointKey { get; init; }

    /// <summary>Numbers from 0 to 1, which keep many from trying again at the same moment.</summary>
    public required Func<double> Fraction { get; init; }
}
