using CloudWall.Node;

namespace CloudWall.Simulation.Nodes;

/// <summary>A node from a start to its end.</summary>
/// <param name="Machine">What it runs on.</param>
/// <param name="Node">The node.</param>
public sealed record RunningNode(Machine Machine, LocalNode Node);
