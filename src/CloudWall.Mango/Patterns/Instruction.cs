namespace CloudWall.Mango.Patterns;

/// <summary>A step of a compiled pattern.</summary>
internal readonly record struct Instruction(Operation Operation, int A = 0, int B = 0, int C = 0);
