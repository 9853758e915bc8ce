using CloudWall.Node.Logging;
using Microsoft.Extensions.Logging;
using LogLevel = CloudWall.Node.Logging.LogLevel;

namespace CloudWall.Server.Logging;

/// <summary>Passes what Kestrel has to say on to the node's log: warnings and errors, and all of it at level debug.</summary>
internal sealed class FrameworkLogging(NodeLog log) : ILoggerFactory, ILogger
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("There is one log.");

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => log.IsEnabled(Map(logLevel));

    /// <inheritdoc/>
    public void Log<TState>(
        Microsoft.Extensions.Logging.LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            log.Write(Map(logLevel), formatter(state, exception) + Explain(exception));
        }
    }

    /// <summary>One line, since anyone who connects can cause it; where it was thrown is for those who look for a fault.</summary>
    private string Explain(Exception? exception) => exception is null ? string.Empty
        : log.IsEnabled(LogLevel.Debug) ? $" {exception}"
        : $" {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}";

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static LogLevel Map(Microsoft.Extensions.Logging.LogLevel level) => level switch
    {
        Microsoft.Extensions.Logging.LogLevel.Warning => LogLevel.Warning,
        Microsoft.Extensions.Logging.LogLevel.Error or Microsoft.Extensions.Logging.LogLevel.Critical => LogLevel.Error,
        _ => LogLevel.Debug,
    };
}
