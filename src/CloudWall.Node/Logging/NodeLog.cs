using System.Globalization;

namespace CloudWall.Node.Logging;

/// <summary>The node's log: one line per event, with CouchDB's levels and order of fields.</summary>
public sealed class NodeLog(TextWriter writer, Func<LogLevel> level, TimeProvider time)
{
    private readonly Lock _lock = new();

    /// <summary>Whether events of a level are written.</summary>
    public bool IsEnabled(LogLevel of) => of >= level();

    /// <summary>Writes a line.</summary>
    public void Write(LogLevel of, string message)
    {
        if (!IsEnabled(of))
        {
            return;
        }

        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"[{of.ToString().ToLowerInvariant()}] {time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} {message.ReplaceLineEndings(" | ")}");
        lock (_lock)
        {
            writer.WriteLine(line);
        }
    }
}
