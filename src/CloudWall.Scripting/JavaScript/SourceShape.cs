namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Whether a text is one function and nothing else: <c>function (doc) { … }</c>, <c>(doc) => { … }</c> or <c>doc => …</c>, maybe in
/// brackets, with nothing but semicolons after it. Nothing but such a function can then keep what a call does, and nobody has it but the
/// driver.
/// </summary>
internal sealed class SourceShape(byte[] source)
{
    private State _state = State.Start;
    private SourceToken _last;

    /// <summary>In how many brackets the function is: none, or one.</summary>
    private int _depth;

    private enum State
    {
        /// <summary>The function is yet to come.</summary>
        Start,

        /// <summary>After the first bracket: around the function, or around its parameters.</summary>
        Opened,

        /// <summary>After that and a name.</summary>
        OpenedName,

        /// <summary>Among the parameters of an arrow function.</summary>
        Parameters,

        /// <summary>After them.</summary>
        Arrow,

        /// <summary>After the arrow.</summary>
        Body,

        /// <summary>In a body that ends with a curly bracket.</summary>
        Block,

        /// <summary>In a body that is an expression.</summary>
        Expression,

        /// <summary>After the function, which was in brackets.</summary>
        Closing,

        /// <summary>After all of it.</summary>
        End,

        /// <summary>It is something else.</summary>
        Other,
    }

    /// <summary>Whether it is one function, if nothing more comes.</summary>
    public bool IsClosed => _state == State.End || (_state == State.Expression && _depth == 0);

    /// <summary>Takes the next token.</summary>
    public void Read(in SourceToken token)
    {
        _state = Next(token);
        _last = token;
    }

    private State Next(in SourceToken token) => _state switch
    {
        State.Start => Start(token),
        State.Opened => Opened(token),
        State.OpenedName => IsArrow(token) ? Enter(State.Body) : Parameters(token),
        State.Parameters => Parameters(token),
        State.Arrow => IsArrow(token) ? State.Body : State.Other,
        State.Body => Is(token, '{') ? State.Block : State.Expression,
        State.Block => Is(token, '}') && token.Depth == _depth ? _depth == 0 ? State.End : State.Closing : State.Block,
        State.Expression => token.Depth > _depth ? State.Expression : Expression(token),
        State.Closing => Is(token, ')') ? State.End : State.Other,
        State.End => Is(token, ';') ? State.End : State.Other,
        _ => State.Other,
    };

    private State Start(in SourceToken token) => token switch
    {
        _ when token.IsWord(source, "function"u8) => State.Block,
        { Kind: SourceTokenKind.Word } => State.Arrow,
        _ => Is(token, '(') ? State.Opened : State.Other,
    };

    private State Opened(in SourceToken token) => token switch
    {
        _ when token.IsWord(source, "function"u8) => Enter(State.Block),
        { Kind: SourceTokenKind.Word } => State.OpenedName,

        // Parameters do not begin with another.
        _ => Is(token, '(') ? Enter(State.Parameters) : Parameters(token),
    };

    private State Parameters(in SourceToken token) => Is(token, ')') && token.Depth == _depth ? State.Arrow : State.Parameters;

    private State Expression(in SourceToken token)
    {
        if (token.Depth < _depth)
        {
            return State.End;
        }

        // In brackets no statement ends with its line.
        return Is(token, ',') ? State.Other
            : Is(token, ';') ? _depth == 0 ? State.End : State.Other
            : _depth == 0 && token.AfterNewLine && MayBeginStatement(token) ? State.Other
            : State.Expression;
    }

    /// <summary>
    /// Whether a statement may begin in that line: not where the last one ends with an operator, or an operator between two values comes.
    /// </summary>
    private bool MayBeginStatement(in SourceToken token) =>
        (!IsOperator(token) || token.Symbol is (byte)'(' or (byte)'[' or (byte)'{' or (byte)'~'
                || (token.Symbol == '!' && token.End - token.Start == 1))
            && (!IsOperator(_last) || _last.Symbol is (byte)')' or (byte)']' or (byte)'}');

    /// <summary>Whether it is a punctuator, but not <c>++</c> or <c>--</c>, which may belong to either side.</summary>
    private bool IsOperator(in SourceToken token) =>
        token.Kind == SourceTokenKind.Punctuator
            && !(token is { Symbol: (byte)'+' or (byte)'-' } && token.End - token.Start > 1 && source[token.Start + 1] == token.Symbol);

    private State Enter(State state)
    {
        _depth = 1;
        return state;
    }

    private bool IsArrow(in SourceToken token) =>
        token.Kind == SourceTokenKind.Punctuator && source.AsSpan(token.Start..token.End).SequenceEqual("=>"u8);

    private static bool Is(in SourceToken token, char symbol) => token.Kind == SourceTokenKind.Punctuator && token.Symbol == symbol;
}
