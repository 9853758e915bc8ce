namespace CloudWall.Server.Tests.Golden;

/// <summary>One place where an answer is not what was recorded.</summary>
/// <param name="At">Where: <c>status</c>, <c>header NAME</c>, or a JSON pointer into the body.</param>
/// <param name="Expected">What was recorded there.</param>
/// <param name="Actual">What the answer has there.</param>
internal sealed record Difference(string At, string Expected, string Actual)
{
    private const int Longest = 220;

    public static string Clip(string text) => text.Length <= Longest ? text : text[..Longest] + "…";

    public static string Clip(Literal? value) => value is null ? "(absent)" : Clip(value.ToText());

    /// <summary>One line.</summary>
    public override string ToString() => $"{At}: expected {Expected}, got {Actual}".Replace('\n', ' ').Replace('\r', ' ');
}
