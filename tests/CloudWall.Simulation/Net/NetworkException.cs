namespace CloudWall.Simulation.Net;

/// <summary>A call had no answer.</summary>
public sealed class NetworkException(string message) : IOException(message);
