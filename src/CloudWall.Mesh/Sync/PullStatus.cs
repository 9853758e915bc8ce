namespace CloudWall.Mesh.Sync;

/// <summary>How far this node has come with what another member has.</summary>
/// <param name="State">How far.</param>
/// <param name="At">
/// When that was so, by the monotonic clock (<see cref="TimeProvider.GetTimestamp"/>). In step: this node has all that the member had then.
/// </param>
/// <param name="Problems">Databases that could not be pulled whole, each with the reason.</param>
/// <param name="Reason">Why the member is out of reach; null where it is not.</param>
public sealed record PullStatus(PullState State, long At, IReadOnlyDictionary<string, string> Problems, string? Reason);
