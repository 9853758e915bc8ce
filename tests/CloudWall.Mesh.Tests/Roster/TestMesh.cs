using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;

namespace CloudWall.Mesh.Tests.Roster;

/// <summary>A mesh with an owner and some keys. Each view knows some statements, as a member does that has met some others.</summary>
internal sealed class TestMesh : IDisposable
{
    private readonly List<NodeKey> _keys = [];

    public TestMesh(int nodes)
    {
        Owner = NewKey();
        for (var i = 0; i < nodes; i++)
        {
            Nodes.Add(NewKey());
        }

        View = new StatementSet(Id);
        Say(Owner, new FoundBody("box"u8.ToArray()));
    }

    public NodeKey Owner { get; }

    public List<NodeKey> Nodes { get; } = [];

    public MemberId Id => Owner.Public.Id;

    /// <summary>The view in which <see cref="Say"/> speaks.</summary>
    public StatementSet View { get; set; }

    public MeshRoster Roster => View.Roster;

    public NodeKey NewKey()
    {
        var key = NodeKey.Create();
        _keys.Add(key);
        return key;
    }

    /// <summary>Says something after all that the view knows.</summary>
    public Statement Say(NodeKey key, StatementBody body) => new RosterPen(View, key).Say(body);

    /// <summary>The owner or a member vouches for a device.</summary>
    public Statement Add(NodeKey by, NodeKey added) => Say(by, new AddBody(added.Public));

    /// <summary>Another view that knows the same.</summary>
    public StatementSet Copy() => Merge(View.Statements);

    /// <summary>A view that was offered statements in an order, those of strangers again when it knows more.</summary>
    public StatementSet Merge(params IEnumerable<Statement>[] statements)
    {
        var view = new StatementSet(Id);
        Offer(view, statements.SelectMany(static some => some));
        return view;
    }

    public static void Offer(StatementSet view, IEnumerable<Statement> statements)
    {
        var open = statements.ToList();
        int before;
        do
        {
            before = open.Count;
            open = [.. open.Where(statement => view.Offer(statement) == OfferOutcome.Stranger)];
        }
        while (open.Count < before);
    }

    public bool IsMember(NodeKey key) => Roster.Members.ContainsKey(key.Public.Id);

    public void Dispose() => _keys.ForEach(static key => key.Dispose());
}
