using System.Globalization;
using System.Text;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>
/// Who is in a mesh, and by which rules: what a set of genuine statements means. It depends on the set alone, and neither on the order in
/// which the statements came nor on any clock.
/// </summary>
public sealed class MeshRoster
{
    internal MeshRoster(MemberId mesh) => Mesh = mesh;

    /// <summary>The mesh: the id of its owner's key.</summary>
    public MemberId Mesh { get; }

    /// <summary>The members.</summary>
    public IReadOnlyDictionary<MemberId, Member> Members { get; internal init; } = new Dictionary<MemberId, Member>();

    /// <summary>Devices that have left. They may be paired again.</summary>
    public IReadOnlySet<MemberId> Left { get; internal init; } = new HashSet<MemberId>();

    /// <summary>Devices that the owner has removed, for good.</summary>
    public IReadOnlySet<MemberId> Removed { get; internal init; } = new HashSet<MemberId>();

    /// <summary>Devices of which nobody counts who vouched for them. They may be paired again.</summary>
    public IReadOnlySet<MemberId> Voided { get; internal init; } = new HashSet<MemberId>();

    /// <summary>Accounts that administer all members.</summary>
    public IReadOnlySet<string> Administrators { get; internal init; } = new HashSet<string>();

    /// <summary>Whether members may vouch for new devices.</summary>
    public bool MembersMayAdd { get; internal init; } = true;

    /// <summary>Statements of one signer that exclude each other.</summary>
    public IReadOnlyList<Fork> Forks { get; internal init; } = [];

    /// <summary>The owner's key, encrypted; empty where the first statement is not there.</summary>
    public ReadOnlyMemory<byte> EncryptedOwnerKey { get; internal init; }

    /// <summary>Whose statements matter: all that are or were members. The owner's always do.</summary>
    internal HashSet<MemberId> Signers { get; init; } = [];

    /// <summary>Statements that removals name as the last that count, and what those follow.</summary>
    internal HashSet<StatementHash> Named { get; init; } = [];

    /// <summary>All that it says, as text that is the same for the same roster.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"mesh {Mesh.Hex} members may add: {MembersMayAdd}\n");
        foreach (var (id, member) in Members.OrderBy(static entry => entry.Key))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"member {id.Hex} by {member.AddedBy.Hex} \"{member.Label}\" at {string.Join(' ', member.Addresses)}\n");
        }

        Line("left", Left.Order().Select(static id => id.Hex));
        Line("removed", Removed.Order().Select(static id => id.Hex));
        Line("void", Voided.Order().Select(static id => id.Hex));
        Line("administrators", Administrators.Order(StringComparer.Ordinal));
        Line("forks", Forks.Select(static fork => $"{fork.Signer.Hex}/{fork.Number}:{string.Join('+', fork.Statements)}"));
        return text.ToString();

        void Line(string name, IEnumerable<string> items) => text.Append(name).Append(": ").AppendJoin(' ', items).Append('\n');
    }
}
