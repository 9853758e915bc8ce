using System.Globalization;
using CloudWall.Server.Http;

namespace CloudWall.Server.Logging;

/// <summary>The node's log: one line an event, CouchDB's levels and order of fields.</summary>
internal sealed class NodeLog(TextWriter writer, LogLevel level, TimeProvider time)
{
    private readonly Lock _lock = new();

    /// <summary>Whether events of a level are written.</summary>
    public bool IsEnabled(LogLevel of) => of >= level;

    /// <summary>Writes a line for a request that has been answered.</summary>
    public void Request(Exchange exchange, string outcome) => Write(LogLevel.Notice, string.Create(
        CultureInfo.InvariantCulture,
        $"{exchange.RequestId} {Field(exchange.RequestHeaders.Host.ToString())} {exchange.Context.Connection.RemoteIpAddress} {Field(exchange.Principal.Name ?? "undefined")} {Field(exchange.Context.Request.Method)} {Field(exchange.RawTarget)} {exchange.Context.Response.StatusCode} {outcome} {(long)exchange.Elapsed.TotalMilliseconds}"));

    /// <summary>Writes what a client is not told about an answer 500.</summary>
    public void Fault(Exchange exchange, Exception exception) => Write(LogLevel.Error, string.Create(
        CultureInfo.InvariantCulture,
        $"{exchange.RequestId} {Field(exchange.Context.Request.Method)} {Field(exchange.RawTarget)} failed: {exception}"));

    /// <summary>Writes why a request failed that is no fault of the program.</summary>
    public void Failure(Exchange exchange, string reason) => Write(LogLevel.Error, string.Create(
        CultureInfo.InvariantCulture,
        $"{exchange.RequestId} {Field(exchange.Context.Request.Method)} {Field(exchange.RawTarget)} failed: {reason}"));

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

    // What clients send must not be able to pass for fields or lines of ours.
    private static string Field(string text) => text.Length == 0 ? "-" : Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal)
        .Replace("%25", "%", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal)
        .Replace("%3F", "?", StringComparison.Ordinal).Replace("%3D", "=", StringComparison.Ordinal).Replace("%26", "&", StringComparison.Ordinal);
}
