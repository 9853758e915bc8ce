namespace CloudWall.Replication.Peers;

/// <summary>Which changes are asked for.</summary>
public sealed record ChangesSelection
{
    /// <summary>The documents, or null for all.</summary>
    public IReadOnlyList<string>? DocumentIds { get; init; }

    /// <summary>The name of a filter that the source runs, or null.</summary>
    public string? Filter { get; init; }

    /// <summary>The filter's parameters.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> QueryParameters { get; init; } = [];

    /// <summary>A selector as JSON that the source runs, or null.</summary>
    public string? Selector { get; init; }

    /// <summary>Winning revisions alone (<c>winning_revs_only</c>).</summary>
    public bool WinnersOnly { get; init; }
}
