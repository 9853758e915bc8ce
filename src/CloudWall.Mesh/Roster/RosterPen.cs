using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>Makes the next statement of a key, after all that is known.</summary>
/// <param name="statements">What is known. The new statement goes there, too.</param>
/// <param name="key">The key.</param>
public sealed class RosterPen(StatementSet statements, SigningKey key)
{
    /// <summary>
    /// Says something. The caller must have seen the newest statement of the key that any member has, or the key forks.
    /// </summary>
    /// <exception cref="InvalidOperationException">The key is none whose statements matter, or has said too much.</exception>
    public Statement Say(StatementBody body)
    {
        var previous = statements.HeadsOf(key.Public.Id);
        var statement = Statement.Sign(key, new StatementFields(
            statements.Mesh,
            key.Public,
            previous.Count == 0 ? 1 : previous.Max(static head => head.Number) + 1,
            [.. previous.Select(static head => head.Hash).Take(RosterLimits.MaxPrevious)],
            statements.HeadsOfOthers(key.Public.Id),
            body));
        var outcome = statements.Offer(statement);
        return outcome is OfferOutcome.Added or OfferOutcome.Known
            ? statement
            : throw new InvalidOperationException($"The statement is not taken: {outcome}.");
    }
}
