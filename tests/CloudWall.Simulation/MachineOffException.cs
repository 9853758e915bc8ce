namespace CloudWall.Simulation;

/// <summary>A machine was switched off before it answered: what it was asked for has happened, or not.</summary>
public sealed class MachineOffException(string machine) : Exception($"{machine} was switched off.");
