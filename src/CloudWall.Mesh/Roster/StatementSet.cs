using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>
/// A node's own verified copy of the statements of its mesh, whatever becomes of the database that carries them. Only statements of the
/// owner and of those who are or were members are kept, so that strangers can neither fill it nor have signatures verified. Two nodes that
/// were offered the same statements have the same roster, in whatever order they came. Not safe for use by several threads at a time.
/// </summary>
/// <param name="mesh">The mesh: the id of its owner's key.</param>
public sealed class StatementSet(MemberId mesh)
{
    private readonly Dictionary<MemberId, Dictionary<StatementHash, Statement>> _statements = [];
    private readonly Dictionary<MemberId, long> _bytes = [];
    private MeshRoster? _roster;

    /// <summary>The mesh.</summary>
    public MemberId Mesh => mesh;

    /// <summary>How many signatures were verified.</summary>
    public long Verifications { get; private set; }

    /// <summary>All statements, each after those of its signer that it follows.</summary>
    public IEnumerable<Statement> Statements =>
        _statements.OrderBy(static entry => entry.Key).SelectMany(static entry => entry.Value.Values)
            .OrderBy(static statement => statement.Number).ThenBy(static statement => statement.Hash);

    /// <summary>What the statements mean.</summary>
    public MeshRoster Roster => _roster ??= RosterEvaluation.Run(
        mesh, _statements.Select(static entry => KeyValuePair.Create(entry.Key, entry.Value.Values.AsEnumerable())));

    /// <summary>Takes a statement, if it is genuine and of somebody who matters.</summary>
    public OfferOutcome Offer(Statement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        if (statement.Fields.Mesh != mesh)
        {
            return OfferOutcome.Foreign;
        }

        var ofSigner = _statements.GetValueOrDefault(statement.Signer);
        if (ofSigner?.ContainsKey(statement.Hash) == true)
        {
            return OfferOutcome.Known;
        }

        if (statement.Signer != mesh && !Roster.Signers.Contains(statement.Signer))
        {
            return OfferOutcome.Stranger;
        }

        if (!HasRoom(statement, ofSigner, out var displaced))
        {
            return OfferOutcome.TooMany;
        }

        Verifications++;
        if (!statement.IsGenuine())
        {
            return OfferOutcome.Forged;
        }

        if (displaced is not null)
        {
            Remove(displaced);
        }

        Add(statement);
        return OfferOutcome.Added;
    }

    /// <summary>The newest statements of a signer: those that none of its others follows.</summary>
    internal IReadOnlyList<Statement> HeadsOf(MemberId signer) =>
        _statements.TryGetValue(signer, out var statements) ? [.. History.Of(statements.Values).Heads] : [];

    /// <summary>The newest statements of all whose statements matter, but for one.</summary>
    internal IReadOnlyList<StatementHash> HeadsOfOthers(MemberId signer) =>
        [.. _statements.Keys.Where(other => other != signer && (other == mesh || Roster.Signers.Contains(other))).Order()
            .SelectMany(HeadsOf).Select(static head => head.Hash)];

    /// <summary>
    /// Whether there is room, and which statement must go for it: of those with one number those with the lowest hashes stay.
    /// </summary>
    private bool HasRoom(Statement statement, Dictionary<StatementHash, Statement>? ofSigner, out Statement? displaced)
    {
        displaced = null;
        if (ofSigner is null)
        {
            return true;
        }

        if (_bytes[statement.Signer] + statement.Payload.Length > RosterLimits.MaxSignerBytes)
        {
            return false;
        }

        var siblings = ofSigner.Values.Where(other => other.Number == statement.Number).ToList();
        if (siblings.Count < RosterLimits.MaxSiblings)
        {
            return true;
        }

        // What a removal names must be there, or nothing of the removed would count.
        displaced = siblings.Append(statement).OrderBy(other => Roster.Named.Contains(other.Hash) ? 0 : 1)
            .ThenBy(static other => other.Hash).Last();
        return displaced != statement;
    }

    private void Add(Statement statement)
    {
        if (!_statements.TryGetValue(statement.Signer, out var ofSigner))
        {
            _statements.Add(statement.Signer, ofSigner = []);
        }

        ofSigner.Add(statement.Hash, statement);
        _bytes[statement.Signer] = _bytes.GetValueOrDefault(statement.Signer) + statement.Payload.Length;
        _roster = null;
    }

    private void Remove(Statement statement)
    {
        _statements[statement.Signer].Remove(statement.Hash);
        _bytes[statement.Signer] -= statement.Payload.Length;
    }
}
