using System.Globalization;

namespace CloudWall.Node.Logging;

/// <summary>The node's log: one line per event, with CouchDB's levels and order of fields.</summary>
public sealed class NodeLog(TextWriter writer, Func<LogLevel> level, TimeProvider time)
{
    /// <summary>Characters that a line may have: more of what code, clients or peers say is left out.</summary>
    public const int LongestLine = 128 << 10;

    /// <summary>Likewise of a warning about a peer, with names and reasons of its own.</summary>
    public const int LongestOfPeers = 4 << 10;

    private readonly Lock _lock = new();

    /// <summary>Whether events of a level are written.</summary>
    public bool IsEnabled(LogLevel of) => of >= level();

    /// <summary>Writes a line.</summary>
    /// <param name="of">Its level.</param>
    /// <param name="message">What it says.</param>
    /// <param name="most">So many characters of that, and no more.</param>
    public void Write(LogLevel of, string message, int most = LongestLine)
    {
        if (!IsEnabled(of))
        {
            return;
        }

        if (message.Length > most)
        {
            message = message[..(char.IsHighSurrogate(message[most - 1]) ? most - 1 : most)] + "…";
        }

        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"[{of.ToString().ToLowerInvariant()}] {time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} {message.ReplaceLineEndings(" | ")}");
        lock (_lock)
        {
            writer.WriteLine(line);
        }
    }

    /// <summary>Writes a warning about a replication.</summary>
    public void WritePeer(string message) => Write(LogLevel.Warning, message, LongestOfPeers);
}
