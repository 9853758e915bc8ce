namespace CloudWall.Mango.Patterns;

/// <summary>How much a repetition takes first.</summary>
internal enum Greed
{
    /// <summary>As much as possible.</summary>
    Greedy,

    /// <summary>As little as possible (<c>?</c>).</summary>
    Lazy,

    /// <summary>As much as possible, and gives nothing back (<c>+</c>).</summary>
    Possessive,
}
