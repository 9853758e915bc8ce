using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Permissions;

/// <summary>
/// The past of a database's <c>_security</c>: the versions that none follows, and the hashes of those that were followed. Merging is the
/// same in any order. Of versions that were made apart the narrower holds, until an admin sets one that follows them all. Immutable.
/// </summary>
public sealed class SecurityHistory
{
    /// <summary>No version.</summary>
    public static readonly SecurityHistory Empty = new([], []);

    private readonly SortedDictionary<string, SecurityVersion> _newest = new(StringComparer.Ordinal);

    /// <summary>Makes a history.</summary>
    /// <param name="versions">Versions, of which those stay that are not followed.</param>
    /// <param name="followed">Hashes of versions that were followed.</param>
    public SecurityHistory(IEnumerable<SecurityVersion> versions, IEnumerable<string> followed)
    {
        ArgumentNullException.ThrowIfNull(versions);
        var all = versions.ToList();
        Followed = new SortedSet<string>(followed.Concat(all.SelectMany(static version => version.After)), StringComparer.Ordinal);
        foreach (var version in all.Where(version => !Followed.Contains(version.Hash)))
        {
            _newest.TryAdd(version.Hash, version);
        }

        Effective = _newest.Count == 0 ? null : NarrowedSecurity.Of([.. _newest.Values.Select(static version => version.Value)]);
    }

    /// <summary>The versions that none follows, by their hashes.</summary>
    public IReadOnlyCollection<SecurityVersion> Newest => _newest.Values;

    /// <summary>The hashes of versions that were followed.</summary>
    public SortedSet<string> Followed { get; }

    /// <summary>What holds; null where none was ever set.</summary>
    public ReadOnlyMemory<byte>? Effective { get; }

    /// <summary>Whether versions were made apart, so that an admin should set one.</summary>
    public bool IsInConflict => _newest.Count > 1;

    /// <summary>What both know.</summary>
    public SecurityHistory Merge(SecurityHistory other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new SecurityHistory(Newest.Concat(other.Newest), Followed.Concat(other.Followed));
    }

    /// <summary>After an admin has set a version on a member.</summary>
    public SecurityHistory Set(MemberId by, ReadOnlyMemory<byte> value) =>
        new([.. Newest, new SecurityVersion(by, [.. _newest.Keys], value)], Followed);
}
