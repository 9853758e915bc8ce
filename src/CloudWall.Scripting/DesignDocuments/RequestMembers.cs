namespace CloudWall.Scripting.DesignDocuments;

/// <summary>The members of a request that a function needs, by their names in JSON.</summary>
public sealed class RequestMembers
{
    private readonly HashSet<string>? _names;

    private RequestMembers(HashSet<string>? names) => _names = names;

    /// <summary>All of them.</summary>
    public static RequestMembers All { get; } = new(null);

    /// <summary>These alone.</summary>
    public static RequestMembers Only(params IEnumerable<string> names) => new(new HashSet<string>(names, StringComparer.Ordinal));

    /// <summary>Whether a member is needed.</summary>
    public bool Has(string name) => _names is null || _names.Contains(name);
}
