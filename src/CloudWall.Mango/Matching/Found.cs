namespace CloudWall.Mango.Matching;

/// <summary>What is at a path of a value.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends. 0: there is nothing.</param>
/// <param name="Blocked">Whether the path leads through something that has no members, so that not even the absence is certain.</param>
internal readonly record struct Found(int Start, int End, bool Blocked = false)
{
    /// <summary>Whether there is a value.</summary>
    public bool IsThere => End > 0;
}
