namespace CloudWall.Scripting;

/// <summary>A line that code of a design document logged, or that is logged about it.</summary>
/// <param name="Scope">The database, as the caller named it.</param>
/// <param name="Message">The text; what is not a string was made JSON.</param>
public readonly record struct ScriptLogEntry(string Scope, string Message);
