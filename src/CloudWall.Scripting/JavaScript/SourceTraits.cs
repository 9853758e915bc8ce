namespace CloudWall.Scripting.JavaScript;

/// <summary>What can be said of a function without running it. Where it is in doubt, the costlier is said.</summary>
/// <param name="IsClosed">It is one function and nothing else, so that nothing but objects of the language can keep what it does.</param>
/// <param name="MayChangeObjects">It may write to members of objects: of its document, or of the language.</param>
/// <param name="MayChangeGlobals">It may assign to names that are not its own.</param>
internal readonly record struct SourceTraits(bool IsClosed, bool MayChangeObjects, bool MayChangeGlobals)
{
    /// <summary>Whether anything that it does can still be there afterwards.</summary>
    public bool MayKeepState => !IsClosed || MayChangeObjects || MayChangeGlobals;
}
