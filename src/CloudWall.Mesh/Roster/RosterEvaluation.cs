using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>
/// Finds out what a set of genuine statements means. First the owner's, which depend on nobody else; then, from them, who is a member: who
/// the owner has vouched for, who these have vouched for, and so on. Each step only adds members, so its order does not matter.
/// </summary>
internal sealed class RosterEvaluation
{
    private readonly MemberId _mesh;
    private readonly History _owner;
    private readonly Dictionary<MemberId, History> _complete;
    private readonly Dictionary<MemberId, History> _counted = [];
    private readonly OwnerRules _rules;
    private readonly Dictionary<MemberId, Statement> _vouched = [];
    private readonly HashSet<StatementHash> _healed = [];

    private RosterEvaluation(MemberId mesh, Dictionary<MemberId, History> complete)
    {
        _mesh = mesh;
        _complete = complete;
        _owner = complete.GetValueOrDefault(mesh) ?? History.Empty;
        _rules = new OwnerRules(_owner);
        foreach (var (signer, history) in complete)
        {
            _counted[signer] = _rules.Restrict(signer, history);
        }
    }

    /// <summary>Evaluates statements, whose signatures were verified before.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="statements">The statements of each signer.</param>
    public static MeshRoster Run(MemberId mesh, IEnumerable<KeyValuePair<MemberId, IEnumerable<Statement>>> statements) =>
        new RosterEvaluation(mesh, statements.ToDictionary(static entry => entry.Key, static entry => History.Of(entry.Value))).Run();

    private MeshRoster Run()
    {
        while (Step())
        {
        }

        var left = _vouched.Keys.Where(HasLeft).ToHashSet();
        var members = _vouched.Where(entry => !left.Contains(entry.Key) && !_rules.IsRemoved(entry.Key))
            .ToDictionary(static entry => entry.Key, entry => Describe(entry.Key, entry.Value));
        return new MeshRoster(_mesh)
        {
            Members = members,
            Left = left.Where(id => !_rules.IsRemoved(id)).ToHashSet(),
            Removed = _rules.Removed.ToHashSet(),
            Voided = FindVoided(),
            Administrators = _rules.Administrators,
            MembersMayAdd = _rules.MembersMayAdd,
            Forks = [.. _complete.OrderBy(static entry => entry.Key)
                .Where(entry => entry.Key == _mesh || _vouched.ContainsKey(entry.Key)).SelectMany(static entry => entry.Value.Forks)],
            EncryptedOwnerKey = _owner.Statements.Select(static statement => statement.Body).OfType<FoundBody>().FirstOrDefault()
                ?.EncryptedOwnerKey ?? default,
            Signers = [.. _vouched.Keys],
            Named = _rules.FindNamed(_complete),
        };
    }

    /// <summary>Takes in who is vouched for by those that are in.</summary>
    /// <returns>Whether something has changed.</returns>
    private bool Step()
    {
        var found = _vouched.Keys.Append(_mesh).SelectMany(Adds).OrderBy(static add => add.Hash).ToList();
        var hasChanged = false;
        foreach (var add in found)
        {
            var key = ((AddBody)add.Body).Key.Id;
            if (key != _mesh && _vouched.Count < RosterLimits.MaxMembers && _vouched.TryAdd(key, add))
            {
                hasChanged = true;
            }

            // Who vouches for a device and knows that it had left takes it back.
            foreach (var seen in add.Fields.Seen)
            {
                hasChanged |= _counted.GetValueOrDefault(key)?.Find(seen)?.Body is LeaveBody && _healed.Add(seen);
            }
        }

        return hasChanged;
    }

    /// <summary>The statements by which a signer vouches for somebody, as far as they count.</summary>
    private IEnumerable<Statement> Adds(MemberId signer)
    {
        var history = _counted.GetValueOrDefault(signer) ?? History.Empty;
        return history.Statements.Where(statement => statement.Body is AddBody && history.IsAlone(statement)
            && (signer == _mesh || (!IsAfterLeave(history, statement) && _rules.Allow(history, statement))));
    }

    private bool HasLeft(MemberId id) => OpenLeaves(_counted.GetValueOrDefault(id) ?? History.Empty).Any();

    private IEnumerable<Statement> OpenLeaves(History history) =>
        history.Statements.Where(statement => statement.Body is LeaveBody && !_healed.Contains(statement.Hash));

    private bool IsAfterLeave(History history, Statement statement) =>
        OpenLeaves(history).Any(leave => !history.IsThrough(statement.Hash, leave.Hash));

    private Member Describe(MemberId id, Statement vouched)
    {
        var history = _counted.GetValueOrDefault(id) ?? History.Empty;
        var newest = history.Statements.Where(statement => statement.Body is DescribeBody && !IsAfterLeave(history, statement))
            .GroupBy(static statement => statement.Number).LastOrDefault()
            ?.Select(static statement => (DescribeBody)statement.Body).ToList();
        return new Member(
            ((AddBody)vouched.Body).Key,
            vouched.Signer,
            newest?[0].Label ?? string.Empty,
            [.. (newest ?? []).SelectMany(static body => body.Addresses).Distinct().Order(StringComparer.Ordinal)]);
    }

    /// <summary>Devices that somebody who is or was a member has vouched for, to no effect.</summary>
    private HashSet<MemberId> FindVoided() =>
        [.. _complete.Where(entry => entry.Key == _mesh || _vouched.ContainsKey(entry.Key))
            .SelectMany(static entry => entry.Value.Statements)
            .Select(static statement => statement.Body)
            .OfType<AddBody>()
            .Select(static add => add.Key.Id)
            .Where(id => id != _mesh && !_vouched.ContainsKey(id) && !_rules.IsRemoved(id))];
}
