namespace CloudWall.Crash.Tests.Hostile;

/// <summary>What came when a hostile function was called.</summary>
/// <param name="Status">The status.</param>
/// <param name="Text">The body.</param>
/// <param name="Injected">Whether a header is there that the function wrote into the value or name of another.</param>
/// <param name="IsJson">Whether the body is one JSON value in UTF-8.</param>
internal sealed record HostileAnswer(int Status, string Text, bool Injected, bool IsJson)
{
    /// <summary>What is wrong with it, whatever the function was; null if nothing is.</summary>
    public string? Wrong(FunctionKind kind, HostilePiece piece)
    {
        if (Injected)
        {
            return "a header was smuggled in";
        }

        // Pieces write this word in two parts, so that a complaint about their text does not have it.
        if (Text.Contains("REACHED", StringComparison.Ordinal))
        {
            return "something was reached";
        }

        // A complaint about a function's text has that text.
        if (piece.NeverEnds
            && !Text.Contains("compilation_error", StringComparison.Ordinal)
            && Text.Contains(kind.Expected, StringComparison.Ordinal))
        {
            return "it ended by itself";
        }

        // Rows of a document whose function failed, or of a document that is none.
        if (piece.Group is "emits" && Status < 300 && Text.Contains("leaked", StringComparison.Ordinal))
        {
            return "rows that must not be";
        }

        // What these kinds answer is made by the node, so it is JSON whatever the function was.
        if (Status < 300 && kind.Name is "map" or "reduce" or "filter" or "validate" && !IsJson)
        {
            return "no JSON";
        }

        // A function that makes an answer may choose a status. What the node says itself has a reason.
        var chosen = kind.Name is "show" or "list" or "update" or "rewrite" && piece.Group is "returns" or "protocol";
        return Status >= 400 && !chosen && !Text.Contains("\"error\"", StringComparison.Ordinal) ? "an error without a reason" : null;
    }
}
