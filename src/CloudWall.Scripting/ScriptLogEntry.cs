namespace CloudWall.Scripting;

/// <summary>A line that code of a design document logged, or that is logged about it, or about the engine.</summary>
/// <param name="Scope">The database, and the id of the design document where it is known; empty for none.</param>
/// <param name="Message">The text; what is not a string was made JSON.</param>
/// <param name="IsWarning">Whether it is the host that says so, to whoever runs the node, and not code.</param>
public readonly record struct ScriptLogEntry(string Scope, string Message, bool IsWarning = false);
