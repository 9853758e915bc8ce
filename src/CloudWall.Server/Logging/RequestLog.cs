using System.Globalization;
using CloudWall.Node.Logging;
using CloudWall.Server.Http;

namespace CloudWall.Server.Logging;

/// <summary>What the node's log says of requests, with CouchDB's order of fields.</summary>
internal sealed class RequestLog(NodeLog log)
{
    /// <summary>Whether a line is written for each request.</summary>
    public bool IsEnabled => log.IsEnabled(LogLevel.Notice);

    /// <summary>Writes a line for a request that has been answered.</summary>
    public void Request(Exchange exchange, string outcome) => log.Write(LogLevel.Notice, string.Create(
        CultureInfo.InvariantCulture,
        $"{exchange.RequestId} {Field(exchange.RequestHeaders.Host.ToString())} {exchange.Context.Connection.RemoteIpAddress} {Field(exchange.Principal.Name ?? "undefined")} {Field(exchange.Context.Request.Method)} {Field(exchange.RawTarget)} {exchange.Context.Response.StatusCode} {outcome} {(long)exchange.Elapsed.TotalMilliseconds}"));

    /// <summary>Writes what a client is not told about an answer 500.</summary>
    public void Fault(Exchange exchange, Exception exception) => log.Write(LogLevel.Error, string.Create(
        CultureInfo.InvariantCulture,
        $"{exchange.RequestId} {Field(exchange.Context.Request.Method)} {Field(exchange.RawTarget)} failed: {exception}"));

    /// <summary>Writes why a request failed that is no fault of the program.</summary>
    public void Failure(Exchange exchange, string reason) => log.Write(LogLevel.Error, string.Create(
        CultureInfo.InvariantCulture,
        $"{exchange.RequestId} {Field(exchange.Context.Request.Method)} {Field(exchange.RawTarget)} failed: {reason}"));

    // What clients send must not be able to pass for fields or lines of ours.
    private static string Field(string text) => text.Length == 0 ? "-" : Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal)
        .Replace("%25", "%", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal)
        .Replace("%3F", "?", StringComparison.Ordinal).Replace("%3D", "=", StringComparison.Ordinal).Replace("%26", "&", StringComparison.Ordinal);
}
