namespace CloudWall.Server.Tests.Golden;

/// <summary>What the replay of an exchange showed: no difference, when the answer is as recorded.</summary>
internal sealed record ExchangeResult(Exchange Exchange, IReadOnlyList<Difference> Differences)
{
    private const int Shown = 3;

    public bool Passed => Differences.Count == 0;

    /// <summary>One line: the request, and where its answer differs.</summary>
    public string Describe(string label)
    {
        var note = Exchange.Note is null ? "" : $" ({Exchange.Note})";
        var differences = string.Join("; ", Differences.Take(Shown));
        var more = Differences.Count > Shown ? $"; {Differences.Count - Shown} more" : "";
        return $"{label} {Exchange.Request.Method} {Exchange.Request.Path}{note}: {differences}{more}";
    }
}
