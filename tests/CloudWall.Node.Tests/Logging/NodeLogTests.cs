using CloudWall.Node.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Node.Tests.Logging;

/// <summary>Lines have a length that a log can bear, whoever chose what is in them.</summary>
public sealed class NodeLogTests : IDisposable
{
    private readonly StringWriter _text = new();
    private readonly NodeLog _log;

    public NodeLogTests() => _log = new NodeLog(_text, static () => LogLevel.Info, new FakeTimeProvider());

    public void Dispose() => _text.Dispose();

    [Fact]
    public void Lines_are_cut_between_two_characters()
    {
        _log.Write(LogLevel.Error, "short");
        _log.Write(LogLevel.Error, new string('x', 1_000_000));
        _log.Write(LogLevel.Error, new string('x', NodeLog.LongestLine - 1) + "😀");
        _log.WritePeer(new string('x', 1_000_000));
        Assert.Equal(
            ["short", new string('x', NodeLog.LongestLine) + "…", new string('x', NodeLog.LongestLine - 1) + "…",
                new string('x', NodeLog.LongestOfPeers) + "…"],
            _text.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[^1]));
    }
}
