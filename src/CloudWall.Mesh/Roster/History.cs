namespace CloudWall.Mesh.Roster;

/// <summary>
/// The statements of one signer, each of which follows from its first without a gap. They are a chain unless the signer has said two
/// different things at once, as twins of one key do.
/// </summary>
internal sealed class History
{
    /// <summary>Nothing.</summary>
    public static readonly History Empty = new([]);

    private readonly Dictionary<StatementHash, Statement> _statements = [];
    private readonly Dictionary<StatementHash, List<StatementHash>> _next = [];
    private readonly bool _isChain;

    private History(IEnumerable<Statement> complete)
    {
        var isChain = true;
        foreach (var statement in complete)
        {
            _statements.Add(statement.Hash, statement);
            foreach (var previous in statement.Fields.Previous)
            {
                if (!_next.TryGetValue(previous, out var next))
                {
                    _next.Add(previous, next = []);
                }

                next.Add(statement.Hash);
            }

            isChain &= statement.Fields.Previous.Count < 2;
        }

        _isChain = isChain && Statements.Count(static statement => statement.Number == 1) < 2
            && _next.Values.All(static next => next.Count == 1);
    }

    /// <summary>All of them, by number and then by hash.</summary>
    public IEnumerable<Statement> Statements =>
        _statements.Values.OrderBy(static statement => statement.Number).ThenBy(static statement => statement.Hash);

    /// <summary>Those that nothing follows.</summary>
    public IEnumerable<Statement> Heads => Statements.Where(statement => !_next.ContainsKey(statement.Hash));

    /// <summary>Numbers that the signer has used more than once, with what was said.</summary>
    public IEnumerable<Fork> Forks =>
        from statement in Statements
        group statement by statement.Number into same
        where same.Count() > 1
        select new Fork(same.First().Signer, same.Key, [.. same.Select(static statement => statement.Hash)]);

    /// <summary>Takes those of one signer that follow from the first without a gap.</summary>
    public static History Of(IEnumerable<Statement> statements)
    {
        var complete = new Dictionary<StatementHash, Statement>();
        foreach (var statement in statements.OrderBy(static statement => statement.Number))
        {
            var number = 0;
            var isComplete = true;
            foreach (var hash in statement.Fields.Previous)
            {
                isComplete &= complete.TryGetValue(hash, out var previous);
                number = Math.Max(number, previous?.Number ?? 0);
            }

            if (isComplete && statement.Number == number + 1)
            {
                complete.TryAdd(statement.Hash, statement);
            }
        }

        return new History(complete.Values);
    }

    /// <summary>Finds a statement; null where it is none of these.</summary>
    public Statement? Find(StatementHash hash) => _statements.GetValueOrDefault(hash);

    /// <summary>A statement and all that it follows.</summary>
    public HashSet<StatementHash> Through(StatementHash hash) => Walk(hash, at => _statements[at].Fields.Previous);

    /// <summary>Whether one statement is another, or what that follows.</summary>
    public bool IsThrough(StatementHash one, StatementHash other) =>
        Find(one) is { } first && Find(other) is { } second && first.Number <= second.Number
        && (_isChain || Through(other).Contains(one));

    /// <summary>Whether the signer has said nothing beside a statement: all others come before it, or after it.</summary>
    public bool IsAlone(Statement statement) =>
        _isChain || Through(statement.Hash).Count + After(statement.Hash).Count - 1 == _statements.Count;

    /// <summary>Only those in a set, which holds for each also what that follows.</summary>
    public History Only(HashSet<StatementHash> kept) => new(_statements.Values.Where(statement => kept.Contains(statement.Hash)));

    private HashSet<StatementHash> After(StatementHash hash) => Walk(hash, at => _next.GetValueOrDefault(at) ?? []);

    private static HashSet<StatementHash> Walk(StatementHash from, Func<StatementHash, IEnumerable<StatementHash>> step)
    {
        var found = new HashSet<StatementHash> { from };
        var open = new Stack<StatementHash>(found);
        while (open.TryPop(out var at))
        {
            foreach (var next in step(at))
            {
                if (found.Add(next))
                {
                    open.Push(next);
                }
            }
        }

        return found;
    }
}
