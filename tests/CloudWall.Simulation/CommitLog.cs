using System.Globalization;

namespace CloudWall.Simulation;

/// <summary>The commits of all stores of a world, in order: when, whose, how many writes, and a hash of them.</summary>
public sealed class CommitLog
{
    private readonly List<string> _lines = [];

    /// <summary>A line for each commit.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Notes a commit.</summary>
    public void Add(TimeSpan at, string store, int writes, ulong hash, bool sync) => _lines.Add(string.Create(
        CultureInfo.InvariantCulture, $"{at:c} {store} {writes} {hash:x16}{(sync ? " synced" : string.Empty)}"));
}
