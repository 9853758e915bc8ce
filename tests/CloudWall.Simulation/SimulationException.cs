namespace CloudWall.Simulation;

/// <summary>A simulation went wrong.</summary>
public sealed class SimulationException(string message) : Exception(message);
