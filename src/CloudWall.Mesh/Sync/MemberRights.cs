using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;
using CloudWall.Replication.Peers;

namespace CloudWall.Mesh.Sync;

/// <summary>The rights of what a member pulls: what another member has accepted is stored.</summary>
internal sealed class MemberRights : LocalRights
{
    public static readonly MemberRights Instance = new();

    public override bool MayCreate => true;

    public override bool KeepsLimits => false;

    public override DocumentError? Refuse(Database database) => null;

    public override Writer WriterOf(Database database) => Writer.Mesh;
}
