namespace CloudWall.Mango.Patterns;

/// <summary>A condition on a position.</summary>
internal enum Place
{
    /// <summary><c>\A</c>, <c>^</c>.</summary>
    Start,

    /// <summary><c>^</c> with <c>(?m)</c>.</summary>
    LineStart,

    /// <summary><c>\z</c>.</summary>
    End,

    /// <summary><c>$</c>, <c>\Z</c>: at the end, or before a line feed there.</summary>
    LastLineEnd,

    /// <summary><c>$</c> with <c>(?m)</c>.</summary>
    LineEnd,

    /// <summary><c>\b</c>.</summary>
    WordBoundary,

    /// <summary><c>\B</c>.</summary>
    NoWordBoundary,
}
