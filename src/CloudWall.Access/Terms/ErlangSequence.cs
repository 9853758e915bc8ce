namespace CloudWall.Access.Terms;

/// <summary>A list or a tuple in Erlang's syntax.</summary>
/// <param name="IsTuple">Whether it is a tuple.</param>
/// <param name="Items">What is in it, as <see cref="ErlangTerms.TryRead"/> returns it.</param>
public sealed record ErlangSequence(bool IsTuple, IReadOnlyList<object> Items);
