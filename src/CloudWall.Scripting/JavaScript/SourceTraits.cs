namespace CloudWall.Scripting.JavaScript;

/// <summary>What can be said of a function without running it. Where it is in doubt, the costlier is said.</summary>
/// <param name="IsClosed">It is one function and nothing else, so that nothing but objects of the language can keep what it does.</param>
/// <param name="MayChangeObjects">It may write to members of any object, also of the language's.</param>
/// <param name="MayChangeGlobals">It may assign to names that are not its own.</param>
/// <param name="MayChangeArguments">It may change what it is given, or notice that it cannot.</param>
internal readonly record struct SourceTraits(bool IsClosed, bool MayChangeObjects, bool MayChangeGlobals, bool MayChangeArguments)
{
    /// <summary>What is said of a text that is not read.</summary>
    public static readonly SourceTraits Unknown = new(false, true, true, true);

    /// <summary>Whether anything that it does can still be there afterwards, but for its arguments.</summary>
    public bool MayKeepState => !IsClosed || MayChangeObjects || MayChangeGlobals;
}
