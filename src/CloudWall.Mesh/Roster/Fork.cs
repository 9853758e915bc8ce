using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>Different statements of one signer with one number: two runs of one key, or a thief.</summary>
/// <param name="Signer">The signer.</param>
/// <param name="Number">The number.</param>
/// <param name="Statements">The statements, in the order of their hashes.</param>
public sealed record Fork(MemberId Signer, int Number, IReadOnlyList<StatementHash> Statements);
