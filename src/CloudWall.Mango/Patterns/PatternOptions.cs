namespace CloudWall.Mango.Patterns;

/// <summary>The options that letters in a pattern set: <c>(?imsxUJX)</c>.</summary>
internal readonly record struct PatternOptions(
    bool IgnoresCase, bool Multiline, bool DotAll, bool Extended, bool IsLazy, bool MayRepeatNames, bool IsStrict);
