namespace CloudWall.Mango.Patterns;

/// <summary>A compiled pattern.</summary>
/// <param name="Steps">Its instructions; it matches when it goes beyond the last.</param>
/// <param name="Sets">The sets of bytes.</param>
/// <param name="Lists">Lists of groups.</param>
/// <param name="Groups">The first and last instruction of each group.</param>
/// <param name="Slots">How many positions are noted.</param>
internal sealed record PatternCode(Instruction[] Steps, bool[][] Sets, int[][] Lists, (int Start, int End)[] Groups, int Slots);
