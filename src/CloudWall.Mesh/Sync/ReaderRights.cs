using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;
using CloudWall.Replication.Peers;

namespace CloudWall.Mesh.Sync;

/// <summary>The rights of a member in databases of another: to read, and to keep checkpoints.</summary>
internal sealed class ReaderRights : LocalRights
{
    public static readonly ReaderRights Instance = new();

    private static readonly DocumentError OnlyReads = new(403, "forbidden", "Members only read of each other.");

    public override bool MayCreate => false;

    public override DocumentError? Refuse(Database database) => null;

    /// <exception cref="PeerException">403.</exception>
    public override Writer WriterOf(Database database) => throw new PeerException(OnlyReads, isTransient: false);
}
