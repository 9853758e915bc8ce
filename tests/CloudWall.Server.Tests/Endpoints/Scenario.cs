using System.Text;
using System.Text.RegularExpressions;

namespace CloudWall.Server.Tests.Endpoints;

/// <summary>A request and what must come of it: the status, and a pattern for the whole body (without the newline at its end).</summary>
internal sealed record Scenario(string Method, string Target, int Status, string Body = ".*")
{
    public string? Send { get; init; }

    public string? As { get; init; } = "admin:pass";

    public string[] Headers { get; init; } = [];

    public override string ToString() => $"{Method} {Target}{(As is null ? " by nobody" : "")}{(Send is null ? "" : " " + Send)} {string.Join(' ', Headers)}";

    public async Task RunAsync(TestNode node)
    {
        var answer = await node.SendAsync(Method, Target, Send, As, Headers);
        var body = Encoding.UTF8.GetString(answer.Body);
        Assert.True(
            answer.Failure is null && answer.Status == Status && Regex.IsMatch(body, $"^(?:{Body})\n?$", RegexOptions.Singleline),
            $"{this}: expected {Status} {Body}, got {answer.Status} {body} {answer.Failure}");
    }
}
