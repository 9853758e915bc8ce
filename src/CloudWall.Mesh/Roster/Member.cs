using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>A device of a mesh.</summary>
/// <param name="Key">Its key.</param>
/// <param name="AddedBy">Who has vouched for it.</param>
/// <param name="Label">What people call it; empty where it has not said.</param>
/// <param name="Addresses">Where it says that it may be reached, sorted.</param>
public sealed record Member(MemberKey Key, MemberId AddedBy, string Label, IReadOnlyList<string> Addresses);
