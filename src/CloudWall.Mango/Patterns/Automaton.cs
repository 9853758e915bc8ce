namespace CloudWall.Mango.Patterns;

/// <summary>
/// Runs an automaton over texts, in one pass. Sets of nodes that were met are kept as states with their transitions, so that most bytes
/// cost a look into a table. Not thread-safe.
/// </summary>
/// <param name="code">The automaton.</param>
/// <param name="isAnchored">Whether a match begins at the beginning of the text alone.</param>
internal sealed class Automaton(AutomatonCode code, bool isAnchored) : PatternMatcher
{
    /// <summary>A line feed that ends the text, and the end, as symbols beside the bytes.</summary>
    private const int LastLineFeed = 256;
    private const int End = 257;
    private const int Symbols = 258;

    private const int Unknown = 0;
    private const int Accepts = 1;
    private const int Rejects = 2;
    private const int FirstState = 3;

    /// <summary>How many states are kept. When there are more, all are forgotten.</summary>
    private const int MostStates = 500;

    /// <summary>How many nodes may be looked at for a text.</summary>
    private const long MostWork = 20_000_000;

    private readonly List<State> _states = [];
    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    private readonly int[] _marks = new int[code.Nodes.Count];
    private readonly Stack<int> _pending = new();
    private readonly List<int> _nodes = [];
    private int _mark;
    private long _work;

    /// <summary>What came before a position.</summary>
    [Flags]
    private enum Before
    {
        None = 0,
        Start = 1,
        LineFeed = 2,
        Word = 4,
    }

    /// <inheritdoc/>
    public override bool IsMatch(ReadOnlySpan<byte> text)
    {
        _work = 0;
        var state = Begin();
        for (var i = 0; i <= text.Length; i++)
        {
            var symbol = i == text.Length ? End
                : i == text.Length - 1 && text[i] == '\n' ? LastLineFeed
                : text[i];
            var next = _states[state - FirstState].Next[symbol];
            if (next == Unknown)
            {
                next = Step(state, symbol);
            }

            if (next < FirstState)
            {
                return next == Accepts;
            }

            state = next;
        }

        return false;
    }

    private int Begin()
    {
        _mark++;
        _nodes.Clear();
        Reach(code.Start);
        return Find(Before.Start);
    }

    /// <summary>Works out where a symbol leads to.</summary>
    private int Step(int from, int symbol)
    {
        if (_work > MostWork)
        {
            return Rejects;
        }

        var state = _states[from - FirstState];
        var byteValue = symbol == LastLineFeed ? '\n' : symbol;

        // Assertions are decided now that what follows is known.
        _mark++;
        _nodes.Clear();
        foreach (var node in state.Nodes)
        {
            Pass(node, state.Before, symbol);
        }

        int next;
        if (_nodes.Contains(0))
        {
            next = Accepts;
        }
        else if (symbol == End)
        {
            next = Rejects;
        }
        else
        {
            var taking = _nodes.ToArray();
            _mark++;
            _nodes.Clear();
            foreach (var node in taking)
            {
                if (code.Nodes[node].Bytes![byteValue])
                {
                    Reach(code.Nodes[node].Next);
                }
            }

            if (!isAnchored)
            {
                Reach(code.Start);
            }

            next = _nodes.Count == 0 ? Rejects : Find(
                (byteValue == '\n' ? Before.LineFeed : Before.None)
                | (ByteClasses.Word.Contains(byteValue) ? Before.Word : Before.None));
        }

        state.Next[symbol] = next;
        return next;
    }

    /// <summary>Adds a node with all that it leads to at once, but not what is behind assertions.</summary>
    private void Reach(int first)
    {
        _pending.Push(first);
        while (_pending.TryPop(out var number))
        {
            if (!Mark(number))
            {
                continue;
            }

            var node = code.Nodes[number];
            if (node.Kind == AutomatonCode.NodeKind.Split)
            {
                _pending.Push(node.Other);
                _pending.Push(node.Next);
            }
            else
            {
                _nodes.Add(number);
            }
        }
    }

    /// <summary>Adds a node with all that it leads to at a position that is known on both sides.</summary>
    private void Pass(int first, Before before, int symbol)
    {
        _pending.Push(first);
        while (_pending.TryPop(out var number))
        {
            if (!Mark(number))
            {
                continue;
            }

            var node = code.Nodes[number];
            switch (node.Kind)
            {
                case AutomatonCode.NodeKind.Split:
                    _pending.Push(node.Other);
                    _pending.Push(node.Next);
                    break;
                case AutomatonCode.NodeKind.Assertion when IsAt(node.Place, before, symbol):
                    _pending.Push(node.Next);
                    break;
                case AutomatonCode.NodeKind.Match or AutomatonCode.NodeKind.Byte:
                    _nodes.Add(number);
                    break;
            }
        }
    }

    private bool Mark(int node)
    {
        _work++;
        var isNew = _marks[node] != _mark;
        _marks[node] = _mark;
        return isNew;
    }

    /// <summary>The state of the nodes that were reached.</summary>
    private int Find(Before before)
    {
        _nodes.Sort();
        var name = string.Create(_nodes.Count + 1, (_nodes, before), static (text, set) =>
        {
            text[0] = (char)set.before;
            for (var i = 0; i < set._nodes.Count; i++)
            {
                text[i + 1] = (char)set._nodes[i];
            }
        });
        if (_known.TryGetValue(name, out var known))
        {
            return known;
        }

        if (_states.Count >= MostStates)
        {
            // The states that are left behind still point to those that are gone, so none of them may be used again.
            _states.Clear();
            _known.Clear();
        }

        _states.Add(new State([.. _nodes], before));
        return _known[name] = _states.Count - 1 + FirstState;
    }

    private static bool IsAt(Place place, Before before, int symbol) => place switch
    {
        Place.Start => (before & Before.Start) != 0,
        Place.LineStart => (before & Before.Start) != 0 || ((before & Before.LineFeed) != 0 && symbol != End),
        Place.End => symbol == End,
        Place.LastLineEnd => symbol is End or LastLineFeed,
        Place.LineEnd => symbol is End or LastLineFeed or '\n',
        Place.WordBoundary => IsBoundary(before, symbol),
        _ => !IsBoundary(before, symbol),
    };

    private static bool IsBoundary(Before before, int symbol) =>
        ((before & Before.Word) != 0) != (symbol < LastLineFeed && ByteClasses.Word.Contains(symbol));

    private sealed record State(int[] Nodes, Before Before)
    {
        public int[] Next { get; } = new int[Symbols];
    }
}
