using CloudWall.Node.Logging;
using CloudWall.Server.Logging;
using Microsoft.Extensions.Time.Testing;
using LogLevel = CloudWall.Node.Logging.LogLevel;

namespace CloudWall.Server.Tests.Logging;

/// <summary>What strangers cause by malformed requests must not fill the log.</summary>
public sealed class FrameworkLoggingTests
{
    [Theory]
    [InlineData(LogLevel.Info, false)]
    [InlineData(LogLevel.Debug, true)]
    public void Where_an_exception_was_thrown_is_logged_at_level_debug_only(LogLevel level, bool isNamed)
    {
        var written = new StringWriter();
        var logging = new FrameworkLogging(new NodeLog(written, () => level, new FakeTimeProvider()));
        try
        {
            throw new ArgumentException("No digit.");
        }
        catch (ArgumentException thrown)
        {
            logging.Log(Microsoft.Extensions.Logging.LogLevel.Warning, default, "It ended.", thrown, static (text, _) => text);
        }

        Assert.Contains("It ended. ", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("ArgumentException: No digit.", written.ToString(), StringComparison.Ordinal);
        Assert.Equal(isNamed, written.ToString().Contains(nameof(Where_an_exception_was_thrown_is_logged_at_level_debug_only), StringComparison.Ordinal));
    }
}
