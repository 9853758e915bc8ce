using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Pairing;

/// <summary>Two devices have proved to each other that they know the same secret.</summary>
/// <param name="Other">The key of the other.</param>
/// <param name="CheckNumber">Six digits that are the same on both, for people to compare.</param>
public sealed record Paired(MemberKey Other, string CheckNumber);
