namespace CloudWall.Scripting.JavaScript;

/// <summary>What an engine is made for.</summary>
[Flags]
internal enum SandboxMode
{
    /// <summary>The language is frozen, helpers cannot be replaced.</summary>
    None = 0,

    /// <summary>The code extends the language: nothing is frozen, and the engine serves one call.</summary>
    Open = 1,

    /// <summary>The code uses the name of a helper for itself: helpers are put back before each call.</summary>
    ReplacesHelpers = 2,
}
