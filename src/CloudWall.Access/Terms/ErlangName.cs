namespace CloudWall.Access.Terms;

/// <summary>A name in Erlang's syntax: an atom.</summary>
/// <param name="Text">The name.</param>
public sealed record ErlangName(string Text);
