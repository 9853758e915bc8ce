namespace CloudWall.Mango.Patterns;

/// <summary>
/// A pattern as a nondeterministic automaton. Patterns that need no more have one: those without references, looks around, subroutines and
/// groups that give nothing back. What a repetition takes first makes no difference to whether there is a match.
/// </summary>
internal sealed class AutomatonCode
{
    private const int MostNodes = 4000;

    private readonly List<Node> _nodes = [new Node(NodeKind.Match)];
    private int _turns;

    private AutomatonCode(PatternNode pattern)
    {
        Start = Build(pattern, 0);
        Nodes = [.. _nodes];
    }

    /// <summary>The nodes; the first is the match.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>Where a match begins.</summary>
    public int Start { get; }

    /// <summary>Makes the automaton of a pattern.</summary>
    /// <returns>Null where it has none, or a very large one.</returns>
    public static AutomatonCode? TryBuild(PatternNode pattern)
    {
        try
        {
            return new AutomatonCode(pattern);
        }
        catch (PatternException)
        {
            return null;
        }
    }

    /// <summary>What is repeated may be empty, and takes time nevertheless.</summary>
    private void CountTurn()
    {
        if (++_turns > MostNodes)
        {
            throw new PatternException("The automaton is too large.");
        }
    }

    private int Add(Node node)
    {
        if (_nodes.Count >= MostNodes)
        {
            throw new PatternException("The automaton is too large.");
        }

        _nodes.Add(node);
        return _nodes.Count - 1;
    }

    /// <summary>Makes the nodes of a part.</summary>
    /// <param name="pattern">The part.</param>
    /// <param name="next">What follows it.</param>
    /// <returns>Where it begins.</returns>
    private int Build(PatternNode pattern, int next)
    {
        switch (pattern)
        {
            case PatternNode.Set set:
                return Add(new Node(NodeKind.Byte, next, Bytes: set.Bytes.ToTable()));
            case PatternNode.Assertion assertion:
                return Add(new Node(NodeKind.Assertion, next, Place: assertion.Place));
            case PatternNode.Capture capture:
                return Build(capture.Body, next);
            case PatternNode.Sequence sequence:
                for (var i = sequence.Items.Count - 1; i >= 0; i--)
                {
                    next = Build(sequence.Items[i], next);
                }

                return next;
            case PatternNode.Alternatives alternatives:
                var entry = Build(alternatives.Branches[^1], next);
                for (var i = alternatives.Branches.Count - 2; i >= 0; i--)
                {
                    entry = Add(new Node(NodeKind.Split, Build(alternatives.Branches[i], next), entry));
                }

                return entry;
            case PatternNode.Repeat { Greed: not Greed.Possessive } repeat:
                return Build(repeat, next);
            default:
                throw new PatternException("There is no automaton.");
        }
    }

    private int Build(PatternNode.Repeat repeat, int next)
    {
        var entry = next;
        if (repeat.Most == int.MaxValue)
        {
            entry = Add(new Node(NodeKind.Split, 0, next));
            _nodes[entry] = new Node(NodeKind.Split, Build(repeat.Body, entry), next);
        }
        else
        {
            for (var i = repeat.Least; i < repeat.Most; i++)
            {
                CountTurn();
                entry = Add(new Node(NodeKind.Split, Build(repeat.Body, entry), next));
            }
        }

        for (var i = 0; i < repeat.Least; i++)
        {
            CountTurn();
            entry = Build(repeat.Body, entry);
        }

        return entry;
    }

    /// <summary>What a node is.</summary>
    internal enum NodeKind
    {
        /// <summary>The match.</summary>
        Match,

        /// <summary>Takes a byte.</summary>
        Byte,

        /// <summary>Goes on in two ways.</summary>
        Split,

        /// <summary>Goes on at some positions.</summary>
        Assertion,
    }

    /// <summary>A node.</summary>
    /// <param name="Kind">What it is.</param>
    /// <param name="Next">What follows.</param>
    /// <param name="Other">The other way.</param>
    /// <param name="Bytes">The bytes that it takes.</param>
    /// <param name="Place">Where it goes on.</param>
    internal readonly record struct Node(NodeKind Kind, int Next = 0, int Other = 0, bool[]? Bytes = null, Place Place = default);
}
