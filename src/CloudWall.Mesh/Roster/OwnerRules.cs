using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>What the owner of a mesh has laid down. Where the owner has said two things at once, the narrower holds.</summary>
internal sealed class OwnerRules
{
    private readonly History _owner;
    private readonly Dictionary<MemberId, List<StatementHash?>> _removals = [];
    private readonly List<Statement> _closings = [];
    private readonly List<Statement> _openings = [];

    public OwnerRules(History owner)
    {
        _owner = owner;
        var administrators = new List<Statement>();
        foreach (var statement in owner.Statements)
        {
            switch (statement.Body)
            {
                case RemoveBody remove when remove.Member != statement.Signer:
                    if (!_removals.TryGetValue(remove.Member, out var lasts))
                    {
                        _removals.Add(remove.Member, lasts = []);
                    }

                    lasts.Add(remove.Last);
                    break;
                case PolicyBody { MembersMayAdd: true } when owner.IsAlone(statement):
                    _openings.Add(statement);
                    break;
                case PolicyBody { MembersMayAdd: false }:
                    _closings.Add(statement);
                    break;
                case AdministratorBody:
                    administrators.Add(statement);
                    break;
            }
        }

        Administrators = FindAdministrators(administrators);
    }

    /// <summary>Who was removed.</summary>
    public IEnumerable<MemberId> Removed => _removals.Keys;

    /// <summary>Accounts that administer all members.</summary>
    public IReadOnlySet<string> Administrators { get; }

    /// <summary>Whether members may vouch for new devices now.</summary>
    public bool MembersMayAdd => _closings.All(closing => _openings.Any(opening => _owner.IsThrough(closing.Hash, opening.Hash)));

    /// <summary>Whether a key was removed.</summary>
    public bool IsRemoved(MemberId member) => _removals.ContainsKey(member);

    /// <summary>The statements of a signer that count in spite of removals.</summary>
    public History Restrict(MemberId signer, History history)
    {
        if (!_removals.TryGetValue(signer, out var lasts))
        {
            return history;
        }

        var kept = history.Statements.Select(static statement => statement.Hash).ToHashSet();
        foreach (var last in lasts)
        {
            // While the named statement is not there, nothing counts.
            kept.IntersectWith(last is { } hash && history.Find(hash) is not null ? history.Through(hash) : []);
        }

        return history.Only(kept);
    }

    /// <summary>Statements that removals name as the last that count, and what those follow.</summary>
    public HashSet<StatementHash> FindNamed(Dictionary<MemberId, History> complete)
    {
        var named = new HashSet<StatementHash>();
        foreach (var (member, lasts) in _removals)
        {
            foreach (var last in lasts.OfType<StatementHash>())
            {
                named.Add(last);
                if (complete.TryGetValue(member, out var history) && history.Find(last) is not null)
                {
                    named.UnionWith(history.Through(last));
                }
            }
        }

        return named;
    }

    /// <summary>
    /// Whether members might vouch for devices when one did: each time the owner has forbidden it, the owner had seen the statement, or its
    /// signer had seen that it was allowed again.
    /// </summary>
    public bool Allow(History signer, Statement add) => _closings.All(closing =>
        closing.Fields.Seen.Any(seen => signer.IsThrough(add.Hash, seen))
        || _openings.Any(opening => _owner.IsThrough(closing.Hash, opening.Hash)
            && add.Fields.Seen.Any(seen => _owner.IsThrough(opening.Hash, seen))));

    private HashSet<string> FindAdministrators(List<Statement> said) =>
        [.. from statement in said
            let body = (AdministratorBody)statement.Body
            where body.IsOne && _owner.IsAlone(statement)
            where said.All(other => other.Body is not AdministratorBody { IsOne: false } taken || taken.Name != body.Name
                || _owner.IsThrough(other.Hash, statement.Hash))
            select body.Name];
}
