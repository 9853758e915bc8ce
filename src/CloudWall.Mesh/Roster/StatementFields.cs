using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>The content of a statement.</summary>
/// <param name="Mesh">The mesh: the id of its owner's key.</param>
/// <param name="Signer">Who says it.</param>
/// <param name="Number">Its number among those of its signer, from 1.</param>
/// <param name="Previous">The newest statements of its signer: none for the first, several where it ends a fork.</param>
/// <param name="Seen">The newest statements of others that its signer knows.</param>
/// <param name="Body">What it says.</param>
public sealed record StatementFields(
    MemberId Mesh,
    MemberKey Signer,
    int Number,
    IReadOnlyList<StatementHash> Previous,
    IReadOnlyList<StatementHash> Seen,
    StatementBody Body)
{
    /// <summary>Whether the parts go together.</summary>
    internal bool IsWellFormed =>
        Number is >= 1 and <= RosterLimits.MaxNumber
        && (Number == 1) == (Previous.Count == 0)
        && Previous.Count <= RosterLimits.MaxPrevious
        && Seen.Count <= RosterLimits.MaxMembers * 2
        && Previous.Distinct().Count() == Previous.Count
        && (!Body.IsOfOwner || Signer.Id == Mesh)
        && (Body is not LeaveBody || Signer.Id != Mesh)
        && Body switch
        {
            FoundBody => Number == 1,
            AdministratorBody { Name: var name } => name.Length is > 0 and <= RosterLimits.MaxTextLength,
            DescribeBody { Label: var label, Addresses: var addresses } =>
                label.Length <= RosterLimits.MaxTextLength
                && addresses.Count <= RosterLimits.MaxAddresses
                && addresses.All(static address => address.Length <= RosterLimits.MaxTextLength),
            _ => true,
        };
}
