using CloudWall.Node;
using CloudWall.Storage;

namespace CloudWall.Simulation.Nodes;

/// <summary>A node from a start to its end.</summary>
/// <param name="Machine">What it runs on.</param>
/// <param name="Node">The node.</param>
/// <param name="Store">The store that it has its databases in.</param>
public sealed record RunningNode(Machine Machine, LocalNode Node, KeyValueStore Store);
