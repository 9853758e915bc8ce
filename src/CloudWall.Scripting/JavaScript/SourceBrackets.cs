namespace CloudWall.Scripting.JavaScript;

/// <summary>The brackets that are open at a place in a text, and what each is for.</summary>
internal sealed class SourceBrackets
{
    private readonly Stack<Bracket> _open = new();

    /// <summary>In how many places of open brackets each name is declared.</summary>
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    /// <summary>The innermost open bracket.</summary>
    public Bracket? Innermost => _open.TryPeek(out var bracket) ? bracket : null;

    /// <summary>The bracket that was closed last.</summary>
    public Bracket? Closed { get; private set; }

    /// <summary>The innermost open bracket that is no pattern: names in patterns belong to it.</summary>
    public Bracket? InnermostBlock => Innermost?.Block;

    /// <summary>
    /// Whether a name is declared in an open bracket: in that bracket it is never a global one, whatever functions there are.
    /// </summary>
    public bool Have(string name) => _names.ContainsKey(name);

    /// <summary>A name is declared in the innermost block.</summary>
    /// <returns>False where there is none.</returns>
    public bool TryDeclare(string name)
    {
        if (InnermostBlock is not { } block)
        {
            return false;
        }

        block.Names.Add(name);
        _names[name] = _names.GetValueOrDefault(name) + 1;
        return true;
    }

    /// <summary>One is opened.</summary>
    public void Open(Bracket bracket)
    {
        bracket.Block = bracket.IsPattern ? InnermostBlock : bracket;
        _open.Push(bracket);
    }

    /// <summary>The innermost is closed.</summary>
    public void Close()
    {
        Closed = _open.TryPop(out var bracket) ? bracket : null;
        foreach (var name in bracket?.Names ?? [])
        {
            if (--_names[name] == 0)
            {
                _names.Remove(name);
            }
        }
    }

    /// <summary>A bracket.</summary>
    /// <param name="symbol">How it opens.</param>
    internal sealed class Bracket(byte symbol)
    {
        public byte Symbol { get; } = symbol;

        /// <summary>It is an object that is made here, as far as that can be told: not certainly a block.</summary>
        public bool IsObject { get; init; }

        /// <summary>
        /// It belongs to a statement such as <c>if</c>, or it has the parameters of a <c>function</c>; else a block after it is that of a
        /// method.
        /// </summary>
        public bool IsHead { get; init; }

        /// <summary>It is that of a <c>for</c>.</summary>
        public bool IsFor { get; init; }

        /// <summary>It is a pattern of names that are declared, or a part of one.</summary>
        public bool IsPattern { get; init; }

        /// <summary>Those names are declared by <c>var</c>.</summary>
        public bool IsOfVar { get; init; }

        /// <summary>In a pattern: what comes now is the value of a name that has none.</summary>
        public bool IsInDefault { get; set; }

        /// <summary>The names that are declared in it, since it was opened.</summary>
        public List<string> Names { get; } = [];

        /// <summary>The innermost bracket around it that is no pattern, or itself.</summary>
        public Bracket? Block { get; set; }

        /// <summary>How many tokens there were in it, not in brackets of its own.</summary>
        public int Tokens { get; set; }

        /// <summary>Whether the first of them was <c>var</c>, <c>let</c> or <c>const</c>.</summary>
        public bool BeginsWithDeclaration { get; set; }

        /// <summary>Whether there was a semicolon.</summary>
        public bool HasSemicolon { get; set; }
    }
}
