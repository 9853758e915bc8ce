namespace CloudWall.Mesh.Pairing;

/// <summary>A pairing failed: the code is wrong, the invitation has ended, or somebody between the two has changed something.</summary>
public sealed class PairingException(string message, Exception? inner = null) : Exception(message, inner);
