using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;

namespace CloudWall.Replication.Peers;

/// <summary>What a replication may do in a database of this node. Each member answers for the moment at which it is asked.</summary>
public abstract class LocalRights
{
    /// <summary>A replication of the node itself, which may do everything.</summary>
    public static LocalRights Node { get; } = new OfNode();

    /// <summary>Whether it may create the database.</summary>
    public abstract bool MayCreate { get; }

    /// <summary>Why it may not use a database; null where it may.</summary>
    public abstract DocumentError? Refuse(Database database);

    /// <summary>Whether the limits of this node hold for what it writes.</summary>
    public virtual bool KeepsLimits => true;

    /// <summary>As whom it writes.</summary>
    public abstract Writer WriterOf(Database database);

    private sealed class OfNode : LocalRights
    {
        public override bool MayCreate => true;

        public override DocumentError? Refuse(Database database) => null;

        public override Writer WriterOf(Database database) => Writer.Replication;
    }
}
