using System.Net;
using System.Text;

namespace CloudWall.Load.Http;

/// <summary>A server under load: where it is and how one signs in.</summary>
internal sealed class Target
{
    private readonly string _common;

    /// <summary>A server by its base URL, with credentials.</summary>
    public Target(string url)
    {
        Url = new Uri(url.TrimEnd('/') + "/");
        Host = Url.Host;
        Port = Url.Port;
        var credentials = Uri.UnescapeDataString(Url.UserInfo);
        _common = $" HTTP/1.1\r\nHost: {Host}:{Port}\r\n"
            + (credentials.Length > 0 ? $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}\r\n" : string.Empty);
    }

    public Uri Url { get; }

    public string Host { get; }

    public int Port { get; }

    /// <summary>The databases of this run begin with it.</summary>
    public string Prefix { get; } = "load_" + Guid.NewGuid().ToString("N")[..8] + "_";

    /// <summary>A request's head as bytes.</summary>
    public byte[] Head(string method, string path, long length = 0, string contentType = "application/json") => Encoding.ASCII.GetBytes(
        method + " /" + path + _common
        + (method is "GET" or "DELETE" ? "\r\n" : $"Content-Type: {contentType}\r\nContent-Length: {length}\r\n\r\n"));

    /// <summary>A whole request as bytes.</summary>
    public byte[] Request(string method, string path, ReadOnlySpan<byte> body = default, string contentType = "application/json") =>
        [.. Head(method, path, body.Length, contentType), .. body];

    /// <summary>A new connection.</summary>
    public async Task<Connection> ConnectAsync() =>
        await Connection.OpenAsync(new DnsEndPoint(Host, Port));
}
